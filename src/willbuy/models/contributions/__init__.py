"""Contributions: what each feature adds to a row's uncalibrated log-odds, from the scorer's arrays alone.

The contributions of a row and the base add up to its log-odds. A row's contributions do not depend on the rows
beside it: one row alone gives the same bits as the same row among many. They need numpy alone.

The method follows from the arrays (`explain`), and a bundle's manifest names it:

    shapley   boosted trees and forests whose tables fit in memory: exact path-dependent Shapley values
    path      deeper forests: each split's step of the mean, given to the feature that it asks (Saabas 2014)
    linear    the logistic: the weight times the distance from the training mean

A model of raw columns is explained by the model inside it: what each prepared column adds is credited to the raw columns
that it is made of.
"""

from collections.abc import Callable
from typing import Any

from willbuy.errors import BundleError
from willbuy.models.contributions.credited import CreditedContributions
from willbuy.models.contributions.linear import LinearContributions
from willbuy.models.contributions.protocol import Contributions
from willbuy.models.contributions.rescaled import RescaledContributions
from willbuy.models.contributions.trees import TreeContributions

METHODS: dict[str, Callable[[Any], Contributions]] = {
    "logistic": LinearContributions,
    "boosting": TreeContributions,
    "forest": RescaledContributions,
    "prepared": lambda scorer: CreditedContributions(scorer.prepared, explain(scorer.inner)),
}
"""How the scorers of a family are explained."""


def explain(scorer: Any) -> Contributions:
    """What explains a scorer. Raises BundleError for a family that this version cannot explain."""
    if scorer.family not in METHODS:
        raise BundleError(
            f"no contributions for the family '{scorer.family}'; known are {', '.join(METHODS)}"
        )
    return METHODS[scorer.family](scorer)


__all__ = ["Contributions", "explain"]
