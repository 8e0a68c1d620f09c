"""A small ingested shop with a run whose bundle was fitted on made-up labels: scoring needs no good model."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from willbuy.events.ingest import ingest
from willbuy.events.look import init
from willbuy.events.simulate import simulate
from willbuy.features.catalogue import features_of
from willbuy.features.log import summarise
from willbuy.fitted import COLUMNS, PHRASES, add_bgnbd
from willbuy.models.bundle import Bundle, load_bundle, write_bundle
from willbuy.models.calibrators import fit_calibrator
from willbuy.models.candidates import XGBoostCandidate
from willbuy.offers.bands import bands_for
from willbuy.shop import Shop, load_shop
from willbuy.snapshots import score_frame
from willbuy.warehouse import open_warehouse

MOMENT = datetime(2015, 7, 1)


@dataclass(frozen=True)
class Ready:
    """A shop with a run, its bundle, and its population's rows at MOMENT."""

    shop: Shop
    bundle: Bundle
    frame: Any


def ready(folder: Path, within: str = "7d", bgnbd: bool = False, as_of: datetime | None = MOMENT) -> Ready:
    simulate(folder / "events.csv", visitors=900, preset="dense", seed=7, days=80)
    init([folder / "events.csv"], preset="retailrocket", within=within, shop_path=folder / "shop.toml")
    shop = load_shop(folder / "shop.toml")
    if bgnbd:
        shop = shop.model_copy(
            update={"features": shop.features.model_copy(update={"catalogue": "purchases", "bgnbd": True})}
        )
    ingest(shop)
    with open_warehouse(shop) as warehouse:
        log = summarise(warehouse)
        features = features_of(shop, log.kinds, log.fields)
        frame = score_frame(warehouse, shop, features, as_of or log.end)
    phrases = {feature.name: feature.phrases for feature in features}
    names = features.names
    if bgnbd:
        frame, _ = add_bgnbd(frame, 7)
        names, phrases = (*names, *COLUMNS), phrases | PHRASES
    X = frame[list(names)].to_numpy(dtype=np.float64, na_value=np.nan)
    draw = np.random.default_rng(3)
    X = X[draw.integers(0, len(X), 600)]
    y = (np.nan_to_num(X[:, 0]) + draw.normal(0, 2, len(X)) > np.nanquantile(X[:, 0], 0.8)).astype(np.int8)
    scorer = XGBoostCandidate(rounds=30, threads=1).fit(X, y, 1, names)
    run = shop.home / "runs" / "0001"
    run.mkdir(parents=True)
    bundle_id = write_bundle(
        run / "bundle",
        scorer=scorer,
        calibrator=fit_calibrator(scorer.log_odds(X), y),
        features_spec=features.to_spec(),
        feature_names=names,
        threshold=0.4,
        fields={
            "phrases": {name: phrases[name].to_dict() for name in names},
            "currency_digits": 2,
            "bands": [band.to_dict() for band in bands_for(float(y.mean()))],
        },
        golden=X[:50],
        native=scorer.native,
    )
    (run / "result.json").write_text(json.dumps({"bundle": bundle_id}), encoding="utf-8")
    return Ready(shop, load_bundle(run / "bundle", bundle_id), frame)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    """A horizon task."""
    return ready(tmp_path_factory.mktemp("small"))
