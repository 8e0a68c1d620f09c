"""The same figures for parts of the test rows: where does the model do well, and where does it err?

A slice is a part of rows that were scored and tested already; nothing is fitted or chosen on it. Few buyers make wide
intervals, and many slices make some of them look odd by chance.
"""

import numpy as np
import numpy.typing as npt

from willbuy.evaluation.evaluate import DRAWS
from willbuy.evaluation.pooled import pooled
from willbuy.evaluation.result.metrics import Metrics

FEWEST_ROWS = 30


def evaluate_slices(
    y: npt.ArrayLike,
    p: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    threshold: float,
    by: npt.ArrayLike,
    chosen: npt.ArrayLike | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, Metrics]:
    """Figures for the rows of each value of `by`, in the order of the values; slices of fewer than 30 rows are left out.

    `chosen` are the decisions where no single threshold made them (folds).
    `by` is a column of the test rows: k of a session task, the anchor, whether the training part had seen the visitor.

    >>> found = evaluate_slices([1, 0] * 40, [0.6, 0.4] * 40, range(80), threshold=0.5, by=[1] * 60 + [3] * 20, draws=100)
    >>> {label: (figures["n"], figures["positives"]) for label, figures in found.items()}
    {'1': (60, 30)}
    """
    outcomes, scores, entities, values = (np.asarray(given) for given in (y, p, groups, by))
    decided = scores >= threshold if chosen is None else np.asarray(chosen)
    found = {}
    for value in np.unique(values):
        rows = values == value
        if rows.sum() >= FEWEST_ROWS:
            both = pooled(
                outcomes[rows],
                {"p": scores[rows]},
                {"p": decided[rows]},
                entities[rows],
                {"p": threshold},
                draws=draws,
                seed=seed,
            )
            found[str(value)] = both.metrics["p"]
    return found
