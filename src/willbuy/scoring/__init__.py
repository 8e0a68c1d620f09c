"""Scoring in bulk: a shop's population at a moment or a table's file (`score`), or ready-made rows of features (`predict`)."""

from willbuy.scoring.feature_rows import bundle_of_run, predict
from willbuy.scoring.of_shop import score_shop
from willbuy.scoring.population import score
from willbuy.scoring.scored import Scored

__all__ = ["Scored", "bundle_of_run", "predict", "score", "score_shop"]
