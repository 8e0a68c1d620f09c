"""Suspicion: rows that are equal in every column. Some are real (two visits may look alike), some were counted twice."""

import numpy as np
from numpy.typing import NDArray

from willbuy.doctor.alone import Floats
from willbuy.doctor.case import Case
from willbuy.doctor.finding import Finding

MANY = 0.005  # of all rows
DEALS = 4
BEYOND = 3  # times as many copies as columns of so few values give by chance


def twice(case: Case) -> list[Finding]:
    """A note, or a warning where more than MANY of the rows repeat an earlier one and chance does not explain it.

    Chance: the fewest copies that are left once half of the columns is dealt anew among the rows of the same outcome, for
    several halves: what is equal in one half only because it is equal in the other is torn apart.
    """
    rows = np.column_stack([*case.columns.values(), case.y.astype(np.float64)])
    if case.entities is not None:
        rows = np.column_stack([rows, case.entities.astype(np.float64)])
    copies = _copies(rows)
    if not copies:
        return []
    many = copies > MANY * len(rows)
    deals = range(DEALS) if many and case.entities is None else ()
    chance = min((_copies(_dealt_anew(rows, case.y, seed)) for seed in deals), default=0)
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


def _dealt_anew(rows: Floats, y: NDArray[np.bool_], seed: int) -> Floats:
    """The rows with half of their columns dealt among those of the same outcome."""
    random = np.random.default_rng(seed)
    half = random.permutation(rows.shape[1])[: rows.shape[1] // 2]
    dealt = rows.copy()
    for outcome in (True, False):
        places = np.flatnonzero(y == outcome)
        dealt[np.ix_(places, half)] = rows[np.ix_(random.permutation(places), half)]
    return dealt
