"""Suspicion: what was always so of buyers stops being so. A column that is written by the purchase itself often shows it.

In UCI's Online Shoppers no buyer of February, March and May has a `PageValues` of 0; from June on every fourth has.
Whoever buys fills the column, until the way it is filled changes: no behaviour of people breaks like that. The test asks
of each column whether being above 0 was a necessary condition of buying in the first periods and is not in later ones.
"""

from math import lgamma

import numpy as np
from numpy.typing import NDArray

from willbuy.doctor.case import Bools, Case, Floats
from willbuy.doctor.finding import Finding

FEWEST = 30  # buyers in the first periods
CHANCE = 1e-6  # that the first buyers differ so much from later ones


def breaks(case: Case) -> list[Finding]:
    """A finding for each column that no early buyer lacked and many later ones do; needs periods."""
    if case.periods is None:
        return []
    found = []
    for name, values in case.columns.items():
        lacks = np.isnan(values) if name in case.categories else lacking(values)
        if not lacks.any() or lacks.all():
            continue
        if (finding := _break(name, lacks, case, case.periods)) is not None:
            found.append(finding)
    return found


def _break(name: str, lacks: Bools, case: Case, period_of: NDArray[np.int64]) -> Finding | None:
    """The longest run of first periods in which no buyer lacks the column, if the later ones differ beyond chance."""
    first: list[int] = []
    for period in np.unique(period_of).tolist():
        if (lacks & case.y & (period_of == period)).any():
            break
        first.append(int(period))
    early = np.isin(period_of, first)
    buyers, later = int((case.y & early).sum()), case.y & ~early
    without, after = int((later & lacks).sum()), int(later.sum())
    others = float(lacks[early & ~case.y].mean()) if (early & ~case.y).any() else 0.0
    if buyers < FEWEST or not after or others < 0.05:
        return None
    chance = _none_of_the_first(buyers, after, without)
    if chance > CHANCE:
        return None
    named = [case.period_names.get(period, str(period)) for period in first]
    return Finding(
        suspicion="known_when",
        about=name,
        grade="warning" if case.dated else "leak",
        words=(
            f"{name} is 0 or missing for none of the {buyers:,} buyers of {', '.join(named)}"
            f" but for {without:,} of the {after:,} after them: buying filled it, until something changed"
        ),
        remedy=(
            f"See whether the log recorded it alike all the time; leave {name} out otherwise"
            if case.dated
            else f"Say when {name} is known, or leave it out: it is likely to be written by the purchase"
        ),
        proof={
            "periods": named,
            "early_buyers": buyers,
            "later_buyers": after,
            "later_without": without,
            "early_others_without": others,
            "chance": chance,
        },
    )


def _none_of_the_first(buyers: int, after: int, without: int) -> float:
    """The chance that all `without` of buyers + after fall among the last `after` (hypergeometric).

    >>> round(_none_of_the_first(2, 2, 1), 10)
    0.5
    """
    everyone = buyers + after
    return float(np.exp(_choose(after, without) - _choose(everyone, without)))


def _choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def lacking(values: Floats) -> Bools:
    """Whether a value is 0, below, or missing."""
    return np.asarray(~(np.nan_to_num(values) > 0))
