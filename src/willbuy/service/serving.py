"""A model in service: a loaded bundle with all that an answer needs, made once and never changed."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Evaluator
from willbuy.models.bundle import Bundle
from willbuy.models.one_row import OneScore, score_one
from willbuy.models.reasons import Reason
from willbuy.offers.bands import bands_from
from willbuy.registry.proof import Parity

Row = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Serving:
    """What one version of a model answers with. A request that holds one keeps it, whatever is promoted meanwhile.

    `version` is the bundle's id, `run` its run, `parity` the proof that lies beside it. Of a log:
    `features` and `evaluator`. `loaded_at` is naive UTC.
    """

    bundle: Bundle
    version: str
    run: str
    parity: Parity | None
    names: tuple[str, ...]
    threshold: float
    features: FeatureSet | None
    evaluator: Evaluator | None
    loaded_at: datetime
    one: OneScore
    edges: tuple[float, ...]  # of the bands, rising
    bands: tuple[str, ...]

    def band(self, probability: float) -> str | None:
        """The band of a probability; None where the bundle has none."""
        return self.bands[bisect_right(self.edges, probability) - 1] if self.bands else None

    def reasons(self, row: Row, most: int) -> list[Reason]:
        """The strongest reasons of a row (features,), at most `most`."""
        return self.bundle.reasons(row[np.newaxis], most)[0]


def serving_of(bundle: Bundle, run: str, parity: Parity | None, loaded_at: datetime) -> Serving:
    """Lay out a loaded bundle for service, and score a row so that the first request finds everything warm."""
    manifest = bundle.manifest
    table = "columns" in manifest
    features = None if table else _features(manifest["features_spec"])
    bands = bands_from(manifest["bands"])[::-1] if manifest.get("bands") else ()
    found = Serving(
        bundle=bundle,
        version=bundle.id,
        run=run,
        parity=parity,
        names=bundle.feature_names,
        threshold=bundle.threshold,
        features=features,
        evaluator=None if features is None else Evaluator(features),
        loaded_at=loaded_at,
        one=score_one(bundle),
        edges=tuple(band.low for band in bands),
        bands=tuple(band.name for band in bands),
    )
    found.one(bundle.golden["rows"][0])
    found.reasons(bundle.golden["rows"][0], 1)
    return found


def _features(spec: Any) -> FeatureSet | None:
    return FeatureSet.from_spec(spec) if isinstance(spec, dict) else None
