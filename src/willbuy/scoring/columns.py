"""From rows of features to the columns of scores: the same for a population and for ready-made rows."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.models.bundle import Bundle
from willbuy.models.distinct import distinct_rows
from willbuy.models.reasons import MOST
from willbuy.models.scorers import Floats
from willbuy.offers.bands import Band, band_of, bands_from

Columns = dict[str, NDArray[Any]]
SCORES = ("probability", "prediction", "band", "model_version")
REASONS = tuple(f"{name}_{place}" for place in range(1, MOST + 1) for name in ("reason", "contribution"))


@dataclass(frozen=True)
class ScoreColumns:
    """What a bundle says of rows, with its reasons or without."""

    bundle: Bundle
    reasons: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, in order."""
        return SCORES + (REASONS if self.reasons else ())

    @cached_property
    def bands(self) -> tuple[Band, ...]:
        """The bundle's bands; none where it keeps none."""
        return bands_from(self.bundle.manifest["bands"]) if "bands" in self.bundle.manifest else ()

    @cached_property
    def _bulk(self) -> Bundle:
        return self.bundle.in_bulk()

    def of(self, rows: Floats) -> Columns:
        """The columns (n,) of rows (n, features) in the bundle's order; equal rows are scored once."""
        found = distinct_rows(rows)
        if found is None:
            return self._of_each(rows)
        first, which = found
        return {name: column[which] for name, column in self._of_each(rows[first]).items()}

    def _of_each(self, rows: Floats) -> Columns:
        probability = self._bulk.predict_proba(rows)
        band = band_of(probability, self.bands).astype(object) if self.bands else np.full(len(rows), None)
        columns: Columns = {
            "probability": probability,
            "prediction": (probability >= self.bundle.threshold).astype(np.int8),
            "band": band,
            "model_version": np.full(len(rows), self.bundle.id, dtype=object),
        }
        return {**columns, **self._reasons(rows)} if self.reasons else columns

    def _reasons(self, rows: Floats) -> Columns:
        found = self.bundle.in_words.strongest(rows, self.bundle.contributions(rows))
        columns: Columns = {name: np.full(len(rows), None) for name in REASONS}
        for place in range(found.feature.shape[1]):
            text = found.text[:, place].copy()
            text[text == ""] = None
            columns[f"reason_{place + 1}"] = text
            columns[f"contribution_{place + 1}"] = found.contribution[:, place]
        return columns
