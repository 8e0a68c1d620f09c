"""Boosters that grow side by side, one a fold, each held against the rows of entities that it has not seen."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from willbuy.models.candidates.protocol import Integers
from willbuy.models.scorers import Floats
from willbuy.progress import StepCallback

if TYPE_CHECKING:
    import xgboost

SECONDS = 3.0  # between two lines of progress
Singles = NDArray[np.float32]


def grown(
    parameters: dict[str, Any], data: "xgboost.QuantileDMatrix", rounds: int, say: StepCallback | None
) -> "xgboost.Booster":
    """A booster of so many trees; `say` hears every few seconds how many there are."""
    import xgboost

    booster = xgboost.Booster(parameters, [data])
    told = time.monotonic()
    for number in range(rounds):
        booster.update(data, number)
        if say and time.monotonic() - told > SECONDS:
            say(f"xgboost: {number + 1} of {rounds} trees")
            told = time.monotonic()
    return booster


def weights(labels: Integers, weight: float) -> Singles | None:
    """The weight of each row when a buyer counts `weight` times; None where all count alike."""
    return None if weight == 1 else np.where(labels != 0, np.float32(weight), np.float32(1))


class GrowingFold:
    """A booster that grows on the rows outside a fold (`held` (n,) says which `labels` are inside)."""

    def __init__(
        self,
        parameters: dict[str, Any],
        fitted: Singles,
        others: Singles,
        labels: Integers,
        held: NDArray[np.bool_],
        weight: float,
    ) -> None:
        import xgboost

        threads, y = parameters["nthread"], labels[~held]
        # In bins from the start: a byte a value rather than eight
        self._fitted = xgboost.QuantileDMatrix(fitted, label=y, weight=weights(y, weight), nthread=threads)
        self._rows, y = others, labels[held]
        self._held = xgboost.QuantileDMatrix(
            self._rows, label=y, weight=weights(y, weight), ref=self._fitted, nthread=threads
        )
        self._booster = xgboost.Booster(parameters, [self._fitted, self._held])
        self._rounds = 0

    def grow(self) -> float:
        """Add one tree; the log loss on the rows held out."""
        self._booster.update(self._fitted, self._rounds)
        self._rounds += 1
        return float(self._booster.eval(self._held).rsplit(":", 1)[1])

    def log_odds(self, rounds: int) -> Floats:
        """Log-odds of the rows held out, after the first so many trees."""
        while self._rounds < rounds:
            self.grow()
        found: Floats = self._booster.inplace_predict(
            self._rows, iteration_range=(0, rounds), predict_type="margin"
        ).astype(np.float64)
        return found


def rounds_of_least_loss(folds: list[GrowingFold], most: int, patience: int, threads: int) -> int:
    """Grow all folds until their mean loss has not fallen for `patience` rounds; the round where it was least.

    `threads` folds grow at the same time: each is a booster of its own, so that changes nothing but the time.
    """
    best, least = 1, np.inf
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for number in range(1, most + 1):
            loss = float(np.mean(list(pool.map(GrowingFold.grow, folds))))
            if loss < least:
                best, least = number, loss
            if number >= best + patience:
                break
    return best
