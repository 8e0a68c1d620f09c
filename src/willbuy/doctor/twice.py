"""Suspicion: rows that are equal in every column. Some are real (two visits may look alike), some were counted twice."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from willbuy.doctor.alone import Floats
from willbuy.doctor.case import Case
from willbuy.doctor.finding import Finding

MANY = 0.005  # of all rows
VARIED = 0.05  # two rows agree in a varied column no more often than that
DEALS = 6  # so many such columns are dealt anew
BEYOND = 3  # times as many copies as chance gives


def twice(case: Case) -> list[Finding]:
    """A note, or a warning where more than MANY of the rows repeat an earlier one and chance does not explain it.

    Rows of one entity by its id, or of different periods, are no copies of each other. Chance is not asked of rows with
    ids: nobody has the same id and the same of everything by chance.
    """
    own = (case.entities if case.ids else None, case.periods)
    beside = [of.astype(np.float64) for of in own if of is not None]
    rows = np.column_stack([*case.columns.values(), *beside])
    copies = copies_in(rows, case.y)
    if not copies:
        return []
    many = copies > MANY * len(rows)
    chance = 0 if case.ids else copies_by_chance(rows, case.y) if many else None
    return [
        Finding(
            suspicion="duplicates",
            about="",
            grade="warning" if many and chance is not None and copies > BEYOND * chance else "note",
            words=f"{copies:,} of {len(rows):,} rows equal an earlier one in every column{_beside(many, chance)}",
            remedy="Where rows have an id, give it as the entity; else keep them on one side of the split",
            proof={"copies": copies, "rows": len(rows), "by_chance": chance},
        )
    ]


def _beside(many: bool, chance: int | None) -> str:
    if not many or chance == 0:
        return ""
    return (
        "; with so few values in a column that may be chance"
        if chance is None
        else f"; by chance about {chance:,} would"
    )


def copies_in(rows: Floats, y: NDArray[np.bool_]) -> int:
    """How many rows (n, columns) equal an earlier one in every column, and in the outcome (n,); nulls are alike.

    >>> copies_in(np.array([[1.0, np.nan], [1.0, np.nan], [1.0, 2.0]]), np.array([False, False, False]))
    1
    """
    whole = np.column_stack([rows, y.astype(np.float64)])
    known = np.where(
        np.isnan(whole), np.finfo(np.float64).min, whole
    )  # of whole rows numpy takes no null for another's equal
    return len(known) - len(np.unique(known, axis=0))


def copies_by_chance(rows: Floats, y: NDArray[np.bool_]) -> int | None:
    """The most copies that are left once one column of many values is dealt anew among the rows of the same outcome.

    A row that was counted twice is torn apart by that; rows alike because their values are few find others to be like.
    None where no column has many values: then nothing tells the two apart.
    """
    return max((copies_in(dealt, y) for dealt in _dealt_anew(rows, y)), default=None)


def _dealt_anew(rows: Floats, y: NDArray[np.bool_]) -> Iterator[Floats]:
    """The rows with one column dealt among those of the same outcome: for each of the least varied of the varied columns."""
    random = np.random.default_rng(0)
    agree = [_agree(column) for column in rows.T]
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
