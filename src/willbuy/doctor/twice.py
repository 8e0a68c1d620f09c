"""Suspicion: rows that are equal in every column. Some are real (two visits may look alike), some were counted twice."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from willbuy.doctor.alone import Floats
from willbuy.doctor.case import Case
from willbuy.doctor.finding import Finding

MANY = 0.005  # of all rows
VARIED, DEALS = (
    0.05,
    6,
)  # two rows agree in a column no more often than that; so many such columns are dealt anew
BEYOND = 3  # times as many copies as chance gives


def twice(case: Case) -> list[Finding]:
    """A note, or a warning where more than MANY of the rows repeat an earlier one and chance does not explain it.

    Chance: the most copies that are left once one column of many values is dealt anew among the rows of the same outcome.
    A row that was counted twice is torn apart by that; rows alike because their values are few find others to be like.
    """
    rows = np.column_stack([*case.columns.values(), case.y.astype(np.float64)])
    if case.entities is not None:
        rows = np.column_stack([rows, case.entities.astype(np.float64)])
    copies = _copies(rows)
    if not copies:
        return []
    many = copies > MANY * len(rows)
    asked = many and case.entities is None
    chance = max((_copies(one) for one in _dealt_anew(rows, case.y)), default=0) if asked else 0
    return [
        Finding(
            suspicion="duplicates",
            about="",
            grade="warning" if many and copies > BEYOND * chance else "note",
            words=f"{copies:,} of {len(rows):,} rows equal an earlier one in every column"
            + (f"; by chance about {chance:,} would" if chance else ""),
            remedy="Where rows have an id, give it as the entity; else keep them on one side of the split",
            proof={"copies": copies, "rows": len(rows), "by_chance": chance},
        )
    ]


def _copies(rows: Floats) -> int:
    return len(rows) - len(np.unique(rows, axis=0, equal_nan=True))


def _dealt_anew(rows: Floats, y: NDArray[np.bool_]) -> Iterator[Floats]:
    """The rows with one column dealt among those of the same outcome: for each of the least varied of the varied columns."""
    random = np.random.default_rng(0)
    agree = [_agree(column) for column in rows[:, :-1].T]
    varied = [place for place in np.argsort(agree)[::-1].tolist() if agree[place] <= VARIED]
    for column in varied[:DEALS]:
        dealt = rows.copy()
        for outcome in (True, False):
            places = np.flatnonzero(y == outcome)
            dealt[places, column] = rows[random.permutation(places), column]
        yield dealt


def _agree(column: Floats) -> float:
    """How often two rows have the same value."""
    shares = np.unique(column, return_counts=True)[1] / len(column)
    return float((shares**2).sum())
