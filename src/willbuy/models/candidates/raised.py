"""A fitted scorer with a number added to all of its log-odds."""

import math

import numpy as np

from willbuy.models.candidates.xgboost_arrays import based
from willbuy.models.scorers import ForestScorer, LogisticScorer, PreparedScorer, Scorer, TreesScorer


def raised(scorer: Scorer, by: float) -> Scorer:
    """The same model with `by` added to the log-odds of every row, in the arrays and in XGBoost's own file alike.

    >>> plain = LogisticScorer(
    ...     center=[0.0], scale=[1.0], weight=[2.0], null_weight=[0.0], null_share=[0.0], intercept=0.5)
    >>> raised(plain, -1.5).log_odds(np.array([[0.0]])).tolist()
    [-1.0]
    """
    if by == 0:
        return scorer
    if isinstance(scorer, TreesScorer):
        return _booster_raised(scorer, by)
    if isinstance(scorer, LogisticScorer):
        return LogisticScorer.from_arrays({**scorer.arrays(), "intercept": np.asarray(scorer.intercept + by)})
    if isinstance(scorer, ForestScorer):
        return ForestScorer(forest=scorer.forest, floor=scorer.floor, shift=scorer.shift + by)
    if isinstance(scorer, PreparedScorer):
        return PreparedScorer(scorer.prepared, raised(scorer.inner, by))
    raise TypeError(f"found a {type(scorer).__name__}; expected a scorer of a known family")


def _booster_raised(scorer: TreesScorer, by: float) -> TreesScorer:
    """XGBoost keeps its base as a probability: the arrays take what XGBoost then makes of it."""
    import xgboost

    booster = xgboost.Booster(model_file=bytearray(scorer.native or b""))
    booster, base = based(booster, 1 / (1 + math.exp(-(float(scorer.base) + by))))
    return TreesScorer(forest=scorer.forest, base=base, native=bytes(booster.save_raw("ubj")))
