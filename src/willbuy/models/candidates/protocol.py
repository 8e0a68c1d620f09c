"""What a candidate is: settings that can be tuned, fitted, and written into a manifest.

Arrays in: X float64 (n, features) with NaN for null, y 0/1 (n,), groups integer (n,) that name the entity of
each row. A candidate is frozen: fitting it changes nothing in it, so that one may be fitted on many folds.

What prepares rows is learnt from the rows that are fitted: where a candidate splits rows by itself, `preparing` takes
those that are fitted and those held out, and gives both as a model sees them.

`weight` is how many times a buyer counts in training. Log-odds are then too high by its log: `reweighted.py`, which
asks for it, takes that off again.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import NotEnoughData
from willbuy.models.candidates.space import Space
from willbuy.models.rows import check_finite, remedy
from willbuy.models.scorers import Floats, Scorer
from willbuy.progress import StepCallback

Integers = NDArray[np.integer[Any]]
Preparing = Callable[[Floats, Floats], tuple[Floats, Floats]]


class Candidate(Protocol):
    """A family with its settings."""

    @property
    def name(self) -> str:
        """The family's name, as the shop file has it."""
        ...

    @property
    def space(self) -> Space:
        """What a search may vary; nothing where it is empty."""
        ...

    def with_settings(self, **settings: Any) -> Self:
        """The same candidate with some settings changed."""
        ...

    def hold_out(
        self,
        X: Floats,
        y: Integers,
        seed: int,
        groups: Integers,
        fold_of: Integers,
        preparing: Preparing | None = None,
    ) -> Floats:
        """Log-odds (n,) of each row by a model of the rows of the other folds; for trials, so it may be a quicker model."""
        ...

    def tune(
        self,
        X: Floats,
        y: Integers,
        seed: int,
        groups: Integers | None = None,
        weight: float = 1.0,
        preparing: Preparing | None = None,
    ) -> Self:
        """The same candidate with its open settings decided on folds grouped by entity of these rows."""
        ...

    def fit(
        self,
        X: Floats,
        y: Integers,
        seed: int,
        feature_names: Sequence[str],
        groups: Integers | None = None,
        weight: float = 1.0,
        say: StepCallback | None = None,
    ) -> Scorer:
        """Fit on all of these rows; tune first, on these rows alone, where a setting is still open.

        A fit that takes long tells `say` every few seconds how far it is.
        """
        ...

    def settings(self) -> dict[str, Any]:
        """The settings, for the manifest."""
        ...


def check_rows(X: Floats, y: Integers, feature_names: Sequence[str] | None = None) -> tuple[Floats, Integers]:
    """Return the rows as arrays. Raises NotEnoughData, with the counts, unless both outcomes occur."""
    rows = np.ascontiguousarray(X, dtype=np.float64)
    labels = np.asarray(y)
    if rows.ndim != 2 or labels.shape != rows.shape[:1]:
        raise ValueError(f"X has shape {rows.shape}, y {labels.shape}; expected (n, features) and (n,)")
    if feature_names is not None and len(feature_names) != rows.shape[1]:
        raise ValueError(f"{len(feature_names)} names for {rows.shape[1]} features")
    check_finite(rows, feature_names or [f"feature column {number}" for number in range(rows.shape[1])])
    positives = int(np.count_nonzero(labels))
    if positives in (0, len(labels)):
        raise NotEnoughData(
            f"{positives} of {len(labels)} training rows buy; a model needs rows that do and rows that do not. "
            f"{remedy(positives, len(labels) - positives)}"
        )
    return rows, labels.astype(np.int8)
