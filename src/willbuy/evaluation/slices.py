"""The same figures for parts of the test rows: where does the model do well, and where does it err?

A slice is a part of rows that were scored and tested already; nothing is fitted or chosen on it. Few buyers make wide
intervals, and many slices make some of them look odd by chance.
"""

import numpy as np
import numpy.typing as npt

from willbuy.evaluation.evaluate import DRAWS, evaluate
from willbuy.evaluation.result import Metrics

FEWEST_ROWS = 30


def evaluate_slices(
    y: npt.ArrayLike,
    p: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    threshold: float,
    by: npt.ArrayLike,
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, Metrics]:
    """Figures for the rows of each value of `by`, in the order of the values; slices of fewer than 30 rows are left out.

    `by` is a column of the test rows: k of a session task, the anchor, whether the training part had seen the visitor.

    >>> found = evaluate_slices([1, 0] * 40, [0.6, 0.4] * 40, range(80), threshold=0.5, by=[1] * 60 + [3] * 20, draws=100)
    >>> {label: (figures["n"], figures["positives"]) for label, figures in found.items()}
    {'1': (60, 30)}
    """
    outcomes, scores, entities, values = (np.asarray(given) for given in (y, p, groups, by))
    found = {}
    for value in np.unique(values):
        rows = values == value
        if rows.sum() >= FEWEST_ROWS:
            found[str(value)] = evaluate(
                outcomes[rows], scores[rows], entities[rows], threshold, draws=draws, seed=seed
            )
    return found
