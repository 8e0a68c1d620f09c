"""Scores made by an engine's workers: each loads the bundle once and scores data frames as they come."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from willbuy.models.bundle import load_bundle
from willbuy.models.rows import as_rows
from willbuy.scoring.columns import REASONS, SCORES, ScoreColumns

if TYPE_CHECKING:
    import pandas as pd

_TYPES = {"probability": "DOUBLE", "prediction": "TINYINT"}


@dataclass(frozen=True)
class WorkerScores:
    """From rows of features to the columns of scores, by the bundle in a folder that every worker reaches.

    It goes to the workers as a path and an id, so that each checks for itself what it loads.
    """

    folder: Path
    bundle_id: str
    reasons: bool

    def types(self, known: Sequence[str]) -> dict[str, str]:
        """The columns that leave, with their types in standard SQL: those that name a row, then the scores.

        >>> WorkerScores(Path("bundle"), "id", False).types(("entity",))["probability"]
        'DOUBLE'
        """
        scores = {name: _TYPES.get(name, "VARCHAR") for name in SCORES}
        if self.reasons:
            scores |= {name: "DOUBLE" if name.startswith("contribution") else "VARCHAR" for name in REASONS}
        return {**dict.fromkeys(known, "VARCHAR"), **scores}

    def __call__(self, frame: "pd.DataFrame") -> "pd.DataFrame":
        """The rows' names and their scores; the last bit is that of a scoring in one process."""
        scores = _loaded(self)
        rows = as_rows(frame, scores.bundle.feature_names)
        known = [name for name in ("entity", "session") if name in frame]
        return frame[known].assign(**scores.of(rows))


@cache
def _loaded(of: WorkerScores) -> ScoreColumns:
    return ScoreColumns(load_bundle(of.folder, of.bundle_id), of.reasons)
