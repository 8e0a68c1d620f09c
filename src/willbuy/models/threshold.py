"""The threshold that makes F1 greatest, chosen on out-of-fold calibrated predictions, never on the test part."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import NotEnoughData


@dataclass(frozen=True)
class Threshold:
    """A threshold and what it did on the rows it was chosen on: rows at or above `value` are predicted to buy."""

    value: float
    f1: float
    precision: float
    recall: float
    selected: int
    bought_among_selected: int
    positives: int
    n: int

    def to_dict(self) -> dict[str, Any]:
        """For the manifest."""
        return asdict(self)


def f1_threshold(probability: NDArray[np.float64], y: NDArray[Any]) -> Threshold:
    """The threshold of greatest F1 = 2 * caught / (selected + positives); the higher one among equals.

    It lies halfway between two neighbouring scores, so that a last bit cannot move a row across it.

    >>> best = f1_threshold(np.array([0.9, 0.6, 0.4, 0.1]), np.array([1, 1, 0, 0]))
    >>> best.value, best.f1, best.selected
    (0.5, 1.0, 2)
    """
    scores, labels = np.asarray(probability, dtype=np.float64), np.asarray(y) != 0
    positives = int(labels.sum())
    if not positives:
        raise NotEnoughData(f"none of {len(labels)} rows buys: no threshold can be chosen. Take a longer log")
    value, index = np.unique(-scores, return_inverse=True)
    selected = np.cumsum(np.bincount(index))
    caught = np.cumsum(np.bincount(index, weights=labels)).astype(np.int64)
    f1 = 2.0 * caught / (selected + positives)
    best = int(np.argmax(f1))
    here = -float(value[best])
    below = -float(value[best + 1]) if best + 1 < len(value) else here
    return Threshold(
        value=(here + below) / 2,
        f1=float(f1[best]),
        precision=float(caught[best] / selected[best]),
        recall=float(caught[best] / positives),
        selected=int(selected[best]),
        bought_among_selected=int(caught[best]),
        positives=positives,
        n=len(labels),
    )
