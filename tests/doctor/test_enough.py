"""Enough data? The interval that is foretold is the one that comes, and what halves it halves it."""

import numpy as np
import pytest

from willbuy.doctor.enough import Supply, enough, expected_precision, hanley_mcneil
from willbuy.evaluation.evaluate import evaluate


def test_the_foretold_interval_is_what_the_bootstrap_finds() -> None:
    random = np.random.default_rng(4)
    y = np.repeat([1, 0], [300, 2700])
    scores = np.where(y, random.normal(1.19, 1, 3000), random.normal(0, 1, 3000))  # ROC-AUC 0.8
    found = evaluate(y, 1 / (1 + np.exp(-scores)), np.arange(3000), 0.5, draws=400)
    [note] = enough(Supply(300, 2700), roc_auc=found["roc_auc"]["value"] or 0.0)
    for metric in ("roc_auc", "average_precision"):
        low, high = found[metric]["low"], found[metric]["high"]  # type: ignore[literal-required]
        assert note.proof[f"{metric}_half"] == pytest.approx((high - low) / 2, rel=0.3)
    assert note.proof["average_precision"] == pytest.approx(found["average_precision"]["value"], abs=0.06)


def test_four_times_the_buyers_halve_it() -> None:
    few, many = (enough(Supply(n, 20 * n))[0].proof for n in (50, 200))
    for name in ("roc_auc_half", "average_precision_half"):
        assert many[name] == pytest.approx(few[name] / 2, rel=0.02)


def test_too_few_buyers_are_a_warning_with_both_ways_out() -> None:
    [found] = enough(Supply(20, 2000, weeks=1.0, horizons={"14d": 1.9, "28d": 3.6, "42d": 4.2}))
    assert found.grade == "warning" and found.proof["longer_horizon"] == "42d"
    assert found.remedy == (
        "Half as wide with four times the buyers: 3 more weeks of log to test on as well, or a horizon of 42d"
    )


def test_a_horizon_that_cannot_help_is_not_proposed() -> None:
    [found] = enough(Supply(5000, 50_000, weeks=4.0, horizons={"60d": 1.5, "90d": 2.2}))
    assert found.grade == "note" and found.proof["longer_horizon"] is None
    assert "a longer horizon is not enough (within 90d 2.2 times as many buy)" in found.remedy


def test_nobody_who_buys_is_no_question() -> None:
    assert enough(Supply(0, 100)) == []


def test_known_values() -> None:
    assert hanley_mcneil(0.5, 100, 100) == pytest.approx(
        np.sqrt(201 / (12 * 100 * 100)), rel=0.01
    )  # Mann-Whitney
    assert expected_precision(0.999, 0.01) > 0.9
