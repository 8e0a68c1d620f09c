"""Figures against the base rate: what a score adds to the answer that gives everyone the part's own rate.

Each is read off values, or draws, that are there already; with b the base rate of the same rows:

    average_precision_over_base   average precision / b             1 is blind; the most is 1 / b
    brier_skill                   1 - Brier / (b (1 - b))           0 is blind, 1 is perfect (Murphy 1973)
    log_loss_skill                1 - log loss / entropy(b)         0 is blind, 1 is perfect (McFadden 1974)
    precision_10                  lift_10 x b                       the share of buyers in the best-scored tenth
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

NAMES = ("average_precision_over_base", "brier_skill", "log_loss_skill")


def skill(found: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of values, or of arrays (draws,) of them; NaN where nobody buys or everybody does.

    >>> found = skill({"average_precision": 0.3, "base_rate": 0.1, "brier": 0.08, "log_loss": 0.25})
    >>> {name: round(float(value), 3) for name, value in found.items()}
    {'average_precision_over_base': 3.0, 'brier_skill': 0.111, 'log_loss_skill': 0.231}
    """
    rate = np.asarray(found["base_rate"], dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        entropy = -(rate * np.log(rate) + (1 - rate) * np.log1p(-rate))
        return {
            "average_precision_over_base": found["average_precision"] / rate,
            "brier_skill": _skill(found["brier"], rate * (1 - rate)),
            "log_loss_skill": _skill(found["log_loss"], entropy),
            **{
                name.replace("lift", "precision"): found[name] * rate
                for name in found
                if name.startswith("lift_")
            },
        }


def _skill(loss: Any, blind: Any) -> Any:
    return np.where(blind > 0, 1 - loss / blind, np.nan)
