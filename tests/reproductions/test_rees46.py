"""The REES46 recipe on the sample: its forest, and the formula that the doctor refuses it by."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from willbuy.errors import SourceError
from willbuy.reproductions import rees46


@pytest.fixture(scope="module")
def found(shared_data: Path) -> Any:
    return rees46.sessions(shared_data / "rees46_sample" / "2019-Oct.csv")


def test_a_row_a_session(found: Any) -> None:
    assert (len(found), int(found["bought"].sum())) == (5066, 200)
    assert found["session"].is_unique
    assert not found[list(rees46.COLUMNS)].isna().any().any()


def test_the_kept_columns_give_the_purchases_back(found: Any) -> None:
    assert np.array_equal(rees46.formula(found) > 0, found["bought"])


def test_the_doctor_refuses_it_by_the_formula(found: Any) -> None:
    (finding,) = rees46.refused(found)
    assert finding.grade == "leak"
    formula = "total_interactions - views - round(view_to_cart_ratio * views)"
    assert (finding.proof["formula"], finding.proof["rows_right"]) == (formula, 5066)


def test_the_forest_promises_what_was_published(found: Any) -> None:
    split = rees46.published_split(found)
    chosen = rees46.published_scores(split) > 0.5
    bought = split.test["bought"].to_numpy()
    assert len(split.test) == 1014
    assert (bought & chosen).sum() / chosen.sum() > 0.8  # of 20 to 40 sessions: 97 % is within chance of it


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "2019-Oct.csv"
    other.write_text("event_time,event_type\n2019-10-01 00:00:00 UTC,view\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"is not 2019-Oct\.csv .*which REES46 published"):
        rees46.sessions(other)
