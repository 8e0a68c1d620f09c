"""Suspicion: the rows that are tested are others than those that were learnt from. No outcome of the test is looked at.

Each column is held against itself: the population stability index (PSI) over tenths of the training part says how far it
moved, a chi-square test on one row an entity says whether chance does that, at a level divided by the number of columns.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from willbuy.doctor.alone import Floats
from willbuy.doctor.finding import Finding

if TYPE_CHECKING:
    import pandas as pd

QUESTION = "Are the rows of the test others than those of training?"
FAR = 0.25  # PSI: the usual border between a moderate and a large shift
CHANCE = 0.001  # of any alarm at all, over all columns
MOST = 50_000  # rows of either side
FEWEST = 200  # rows on either side
LEAST = 1e-4  # share of a bin: an empty one has no logarithm


class Moved(NamedTuple):
    """How far a column moved: its PSI, and how likely chance moves it as far."""

    name: str
    psi: float
    chance: float


def independent(frame: "pd.DataFrame", names: Sequence[str], seed: int) -> dict[str, Floats]:
    """Columns of a frame with `entity`, at one row an entity drawn by chance, and at most MOST rows."""
    order = np.random.default_rng(seed).permutation(len(frame))
    first = ~frame["entity"].iloc[order].duplicated().to_numpy()
    drawn = np.sort(order[first][:MOST])
    return {name: frame[name].iloc[drawn].to_numpy(dtype=np.float64, na_value=np.nan) for name in names}


def drift(
    train: Mapping[str, Floats], test: Mapping[str, Floats], *, growing: Collection[str] = ()
) -> list[Finding]:
    """One finding that ranks the columns that moved far; a note where only `growing` ones did.

    `growing` columns have windows that reach back past the log's begin: they move with its age, by their definition. Rows must be independent:
    give one an entity.
    """
    sizes = [min((len(values) for values in side.values()), default=0) for side in (train, test)]
    if min(sizes) < FEWEST:
        return []
    moved = [moved_far(name, train[name], test[name]) for name in train if name in test]
    far = [one for one in moved if one.psi >= FAR and one.chance <= CHANCE / len(moved)]
    if not far:
        return []
    far.sort(key=lambda one: -one.psi)
    own = [one for one in far if one.name not in growing]
    listed = ", ".join(f"{one.name} ({one.psi:.2f})" for one in far[:6]) + (", ..." if len(far) > 6 else "")
    return [
        Finding(
            suspicion="drift",
            about="",
            grade="warning" if own else "note",
            words=f"{len(far)} of {len(moved)} columns lie elsewhere in the test than in training (PSI): {listed}",
            remedy=(
                "See whether the population changed, or only the season; a column that moves need not mislead, but may"
                if own
                else "Their windows reach back to where the log began, so they grow with it: shorten them if that is not wanted"
            ),
            proof={"columns": [one._asdict() for one in far], "rows": sizes},
        )
    ]


def moved_far(name: str, train: Floats, test: Floats) -> Moved:
    """The PSI of a column between two sets of rows, and the chance of its chi-square.

    >>> random = np.random.default_rng(0)
    >>> still, gone = (moved_far("x", random.normal(size=900), random.normal(by, size=900)) for by in (0, 1))
    >>> still.psi < 0.1 < still.chance, gone.psi > 0.25 > gone.chance
    (True, True)
    """
    counts = _counts(train, test)
    kept = counts[:, counts.sum(axis=0) > 0]
    shares = np.maximum(kept / kept.sum(axis=1, keepdims=True), LEAST)
    psi = float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())
    return Moved(name, psi, _chance(kept))


def _counts(train: Floats, test: Floats) -> NDArray[np.float64]:
    """Rows (2, bins) in tenths of the training part's known values; nulls stand apart, in the first bin."""
    known = train[~np.isnan(train)]
    tenths = (
        np.quantile(known, np.linspace(0.1, 0.9, 9), method="inverted_cdf") if len(known) else np.empty(0)
    )
    edges = np.unique(tenths)
    bins = [np.where(np.isnan(side), 0, 1 + np.searchsorted(edges, side, "left")) for side in (train, test)]
    return np.array([np.bincount(side, minlength=len(edges) + 2) for side in bins], dtype=np.float64)


def _chance(counts: NDArray[np.float64]) -> float:
    """The p-value of Pearson's chi-square of a table (2, bins), rare bins together."""
    from scipy.special import chdtrc

    total = counts.sum(axis=0)
    rare = total < 10
    table = np.column_stack([counts[:, ~rare], counts[:, rare].sum(axis=1)]) if rare.any() else counts
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2:
        return 1.0
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    return float(chdtrc(table.shape[1] - 1, ((table - expected) ** 2 / expected).sum()))
