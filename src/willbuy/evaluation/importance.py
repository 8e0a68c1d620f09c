"""What a model loses without a feature: the drop of average precision when the feature's values are shuffled.

Shuffled, a feature keeps its spread and tells nothing about the row it stands in. Features that say the same thing stand in
for each other, so each of them may look light while both together are not.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from willbuy.errors import NotEnoughData, WillbuyError
from willbuy.evaluation.assemble import number
from willbuy.evaluation.cells import Sums, rank
from willbuy.evaluation.ranking import average_precision
from willbuy.evaluation.resample import Floats
from willbuy.evaluation.result.metrics import Estimate

ROWS = 20_000
REPEATS = 5
Scoring = Callable[[Floats], Floats]


class ImportanceError(WillbuyError):
    """Names, rows and outcomes do not fit each other."""


def permutation_importance(
    score: Scoring,
    X: Floats,
    y: npt.ArrayLike,
    names: Sequence[str],
    *,
    rows: int = ROWS,
    repeats: int = REPEATS,
    seed: int = 0,
) -> dict[str, Estimate]:
    """Return name -> drop of average precision: the mean of `repeats` shuffles, `low` and `high` the least and the greatest.

    `score` takes (n, features) and returns (n,) scores or log-odds; only their order counts. The rows must not be those
    that the model was fitted on. More than `rows` of them are sampled. Raises NotEnoughData where nobody, or everybody, bought.

    >>> X = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0], [4.0, 5.0]])
    >>> found = permutation_importance(lambda X: X[:, 0], X, [0, 0, 1, 1], ["count_view_7d", "constant"])
    >>> found["count_view_7d"]["value"] > 0, found["constant"]["value"]
    (True, 0.0)
    """
    outcomes = np.asarray(y, dtype=np.int8)
    if X.shape != (len(outcomes), len(names)):
        raise ImportanceError(f"X is {X.shape}; expected ({len(outcomes)} outcomes, {len(names)} names)")
    rng = np.random.default_rng(seed)
    X, outcomes = _sample(X, outcomes, rows, rng)
    if not 0 < outcomes.sum() < len(outcomes):
        raise NotEnoughData(
            f"{int(outcomes.sum())} of {len(outcomes)} rows bought: importance needs buyers and others. Take more rows"
        )
    whole = _average_precision(outcomes, score(X))
    drops = {
        name: [whole - _average_precision(outcomes, score(_shuffled(X, column, rng))) for _ in range(repeats)]
        for column, name in enumerate(names)
    }
    return {
        name: Estimate(value=number(float(np.mean(found))), low=number(min(found)), high=number(max(found)))
        for name, found in drops.items()
    }


def _sample(
    X: Floats, y: npt.NDArray[np.int8], rows: int, rng: np.random.Generator
) -> tuple[Floats, npt.NDArray[np.int8]]:
    if len(y) <= rows:
        return X, y
    drawn = np.sort(rng.choice(len(y), rows, replace=False))
    return X[drawn], y[drawn]


def _shuffled(X: Floats, column: int, rng: np.random.Generator) -> Floats:
    changed = X.copy()
    changed[:, column] = rng.permutation(X[:, column])
    return changed


def _average_precision(y: npt.NDArray[np.int8], scores: Floats) -> float:
    ranked, of_row = rank(y, np.asarray(scores, dtype=np.float64))
    counts = np.bincount(of_row)[None, :].astype(np.float64)
    return float(average_precision(Sums(ranked, counts))[0])
