"""The doctor in a training: it stops what is leaky before anything is tuned, and lets through what is accepted."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from willbuy.doctor.diagnosis import DROP, LeakFound
from willbuy.pipeline.doctor import ask_doctor
from willbuy.pipeline.log.doctor import case_of
from willbuy.pipeline.rows import Rows
from willbuy.shop import Shop


def rows(leak: bool) -> Rows:
    """Five anchors of made-up visitors; with a leak, one feature was written by the purchase."""
    random = np.random.default_rng(1)
    label = random.random(1000) < 0.2
    written = np.where(label, random.gamma(2, 30, 1000), 0.0)
    frame = pd.DataFrame(
        {
            "entity": [f"v{number % 200}" for number in range(1000)],
            "anchor": pd.to_datetime("2015-08-01") + pd.to_timedelta(np.arange(1000) // 200 * 7, unit="D"),
            "label": label.astype(np.int8),
            "count_view_7d": random.poisson(3, 1000),
            "order_value": written if leak else random.gamma(2, 30, 1000),
        }
    )
    return Rows(frame, ("count_view_7d", "order_value"))


def training(leak: bool, accept: dict[str, str] | None = None) -> Any:
    content = {"source": {}, "target": {"within": "7d"}, "doctor": {"accept": accept or {}}}
    said: list[str] = []
    return SimpleNamespace(
        train=rows(leak),
        shop=Shop.model_validate(content),
        seed=3,
        say=said.append,
        said=said,
        asked_apart=lambda: iter(()),
        case=lambda: case_of(rows(leak)),
        drop_words=DROP,
    )


def test_a_leaky_training_part_stops_training() -> None:
    with pytest.raises(LeakFound, match=r"too_good:order_value: order_value alone has a ROC-AUC of 1\.000"):
        ask_doctor(training(leak=True))


def test_an_accepted_leak_goes_on_and_is_kept() -> None:
    run = training(leak=True, accept={"too_good:order_value": "the basket at the anchor"})
    ask_doctor(cast(Any, run))
    assert run.diagnosis.accepted == {"too_good:order_value": "the basket at the anchor"}
    assert run.said[0].startswith("leak too_good:order_value: ")


def test_a_clean_training_part_goes_on() -> None:
    run = training(leak=False)
    ask_doctor(cast(Any, run))
    assert run.diagnosis.findings == () and run.said == []


def test_anchors_are_the_periods() -> None:
    case = case_of(rows(leak=False))
    assert case.periods is not None and case.entities is not None
    assert len(np.unique(case.periods)) == 5 and len(np.unique(case.entities)) == 200
    assert list(case.period_names.values())[:2] == ["2015-08-01", "2015-08-08"]
