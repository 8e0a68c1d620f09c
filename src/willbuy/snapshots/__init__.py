"""Snapshots: population x anchors, features as of the anchor, label after it."""

from willbuy.features.population import population_of
from willbuy.snapshots.build import build_snapshots
from willbuy.snapshots.grid import grid
from willbuy.snapshots.score import score_frame, score_rows, write_score_rows
from willbuy.snapshots.store import Anchor, Snapshots

__all__ = [
    "Anchor",
    "Snapshots",
    "build_snapshots",
    "grid",
    "population_of",
    "score_frame",
    "score_rows",
    "write_score_rows",
]
