"""The sealed test: the test part is opened once per run, and the opening is recorded.

A figure of the test part is honest once. Whoever looks, changes something and looks again has trained on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

import numpy as np
import numpy.typing as npt
import pandas as pd

from willbuy.errors import SealBroken


@dataclass
class SealedTest:
    """The rows of the test part, behind a seal that breaks once.

    `record` is a file in the run's folder that is made when the seal breaks, so that no second process opens it either.

    >>> sealed = SealedTest(pd.DataFrame({"label": [0, 1]}))
    >>> len(sealed), sealed.opened
    (2, False)
    >>> sealed.open()["label"].tolist()
    [0, 1]
    >>> sealed.open()
    Traceback (most recent call last):
    willbuy.errors.SealBroken: the test part was opened before in this run; a second look needs a new run
    """

    _rows: pd.DataFrame = field(repr=False)
    record: Path | None = None
    opened: bool = False

    def __len__(self) -> int:
        return len(self._rows)

    def open(self) -> pd.DataFrame:
        """Return the rows, once. Raises SealBroken the second time."""
        if self.opened or not self._recorded():
            raise SealBroken("the test part was opened before in this run; a second look needs a new run")
        self.opened = True
        return self._rows

    def features(self, names: Sequence[str]) -> pd.DataFrame:
        """Columns that were known before any outcome, without breaking the seal. Raises SealBroken for the label."""
        if "label" in names:
            raise SealBroken(
                "the labels of the test part are sealed; only what was known before may be looked at"
            )
        return self._rows[list(names)]

    def opened_rows(self) -> pd.DataFrame:
        """The rows once more, for what chooses nothing. Raises SealBroken while they are sealed."""
        if not self.opened:
            raise SealBroken("the test part was not opened yet in this run; nothing else may see it before")
        return self._rows

    def _recorded(self) -> bool:
        if self.record is None:
            return True
        try:
            with self.record.open("x", encoding="utf-8") as file:
                file.write("The test part of this run was opened.\n")
        except FileExistsError:
            return False
        return True


class Audit(TypedDict):
    """Who stands on both sides of a split. Keys only are compared: nothing of the test's outcomes is seen."""

    train_entities: int
    test_entities: int
    shared_entities: int
    shared_share: float | None  # of the test's entities


def audit(train_keys: npt.ArrayLike, test_keys: npt.ArrayLike) -> Audit:
    """Count the entities of both parts and those they share (the same visitors, later).

    >>> audit([1, 1, 2, 3], [3, 4])
    {'train_entities': 3, 'test_entities': 2, 'shared_entities': 1, 'shared_share': 0.5}
    """
    train, test = np.unique(np.asarray(train_keys)), np.unique(np.asarray(test_keys))
    shared = int(np.isin(test, train).sum())
    return Audit(
        train_entities=len(train),
        test_entities=len(test),
        shared_entities=shared,
        shared_share=round(shared / len(test), 10) if len(test) else None,
    )


def audit_folds(keys: npt.ArrayLike) -> Audit:
    """The same of a cross-validation by entity: every entity trains and is tested, never at once.

    >>> audit_folds([1, 1, 2, 3])
    {'train_entities': 3, 'test_entities': 3, 'shared_entities': 0, 'shared_share': 0.0}
    """
    count = len(np.unique(np.asarray(keys)))
    return Audit(train_entities=count, test_entities=count, shared_entities=0, shared_share=0.0)


def unseen(train_keys: npt.ArrayLike, test_keys: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Which test rows belong to entities that the training part never saw: the cold start, shown apart (G5)."""
    return np.isin(np.asarray(test_keys), np.asarray(train_keys), invert=True)


def seal_record(folder: Path) -> Path:
    """Where a run records that its test part was opened."""
    return folder / "test-opened.txt"
