"""The test part is opened once, whatever is tried."""

from pathlib import Path

import pandas as pd
import pytest

from willbuy.errors import SealBroken
from willbuy.evaluation.sealed import SealedTest, audit, seal_record, unseen

ROWS = pd.DataFrame({"label": [0, 1, 0]})


def test_a_second_look_is_refused() -> None:
    sealed = SealedTest(ROWS)
    assert sealed.open() is ROWS and sealed.opened
    with pytest.raises(SealBroken, match="second look needs a new run"):
        sealed.open()


def test_another_process_on_the_same_run_is_refused_too(tmp_path: Path) -> None:
    SealedTest(ROWS, seal_record(tmp_path)).open()
    assert seal_record(tmp_path).exists()
    again = SealedTest(ROWS, seal_record(tmp_path))
    with pytest.raises(SealBroken):
        again.open()
    assert not again.opened


def test_the_seal_shows_nothing_of_the_rows() -> None:
    sealed = SealedTest(ROWS)
    assert "label" not in repr(sealed) and len(sealed) == 3


def test_audit_and_unseen_agree() -> None:
    train, test = [5, 5, 1, 2], [2, 3, 3, 9]
    found = audit(train, test)
    assert found == {
        "train_entities": 3,
        "test_entities": 3,
        "shared_entities": 1,
        "shared_share": round(1 / 3, 10),
    }
    assert unseen(train, test).tolist() == [False, True, True, True]
    assert audit([], [])["shared_share"] is None
