"""Shops for the tests of parity: a log with late events, several in one moment, sessions that overlap; a run without a training."""

import csv
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from features.pool import POOL
from features.random_log import random_log
from willbuy.events.ingest import ingest
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Event
from willbuy.features.local_time import LocalTime
from willbuy.features.sessions import SessionRule
from willbuy.models.bundle import write_bundle
from willbuy.models.calibrators import fit_calibrator
from willbuy.models.candidates import XGBoostCandidate
from willbuy.shop import Shop, load_shop

EVERYTHING = FeatureSet(POOL, LocalTime("America/New_York"), SessionRule(own_ids=True))
"""Every class of the algebra in several settings."""

SOME = replace(
    EVERYTHING,
    features=tuple(
        one for one in EVERYTHING if one.key in ("count", "distinct", "ratio", "item_popularity", "sessions")
    ),
)
"""Some of them."""

FIELDS = ("item", "category", "price", "quantity", "session")
HEADER = ("entity", "time", "kind", *FIELDS, "received")
SHOP = """
[shop]
zone = "America/New_York"
[source]
files = ["*.csv"]
columns = { %s }
kinds = { view = ["view"], cart = ["cart"], remove = ["remove"], favourite = ["favourite"], purchase = ["purchase"] }
time = { unit = "text", zone = "UTC" }
[target]
within = "%s"
"""


def late_shop(folder: Path, entities: int, within: str = "2d", seed: int = 1, order: int = 0) -> Shop:
    """A shop of a random log, ingested from two files: a tenth of it late by up to three days, a twentieth of it twice.

    `order` shuffles the arrival of the same rows.
    """
    write_late_log(folder, entities, seed, order)
    columns = ", ".join(f'{name} = "{name}"' for name in HEADER)
    (folder / "shop.toml").write_text(SHOP % (columns, within), encoding="utf-8")
    shop = load_shop(folder / "shop.toml")
    ingest(shop)
    return shop


def write_late_log(folder: Path, entities: int, seed: int = 1, order: int = 0) -> None:
    """The two files of `late_shop`."""
    log = random_log(seed, entities, late=0.1, own_ids=True)
    rows = [_row(entity, event) for entity, events in log.items() for event in events]
    draw = random.Random(order)
    draw.shuffle(rows)
    cut = draw.randrange(len(rows) // 4, len(rows))
    _write(folder / "a.csv", rows[:cut])
    _write(folder / "b.csv", rows[cut:] + draw.sample(rows[:cut], min(cut, len(rows) // 20)))


def _row(entity: str, event: Event) -> list[Any]:
    price = "" if event.price is None else f"{event.price / 100:.2f}"
    return [
        entity,
        event.time.isoformat(" "),
        event.kind,
        event.item,
        event.category,
        price,
        event.quantity,
        event.session,
        (event.received or event.time).isoformat(" "),
    ]


def _write(path: Path, rows: Sequence[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADER, *rows])


def add_run(shop: Shop, features: FeatureSet, **result: Any) -> None:
    """A complete run 0001 whose bundle reads these features; its model was fitted on chance, which parity never asks."""
    names = (*features.names, *result.pop("more", ()))
    X = np.random.default_rng(0).normal(size=(200, len(names)))
    y = (X[:, 0] > 0).astype(np.int8)
    scorer = XGBoostCandidate(rounds=2, threads=1).fit(X, y, 1, names)
    run = shop.home / "runs" / "0001"
    run.mkdir(parents=True)
    bundle = write_bundle(
        run / "bundle",
        scorer=scorer,
        calibrator=fit_calibrator(scorer.log_odds(X), y),
        features_spec=features.to_spec(),
        feature_names=names,
        threshold=0.4,
        fields={"phrases": {}},
        golden=X[:50],
    )
    (run / "result.json").write_text(json.dumps({"bundle": bundle, **result}), encoding="utf-8")
