"""`python -m engines.digest shop.toml ...`: ingest each shop, build the snapshots of every class of features, print what came of it.

One JSON line a shop: the checksum of the log and one of the snapshots, in order. A test runs it under several time zones.
"""

import hashlib
import json
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from features.pool import POOL
from willbuy.events.ingest import ingest
from willbuy.features.feature_set import FeatureSet
from willbuy.features.local_time import LocalTime
from willbuy.features.sessions import SessionRule
from willbuy.shop import Shop, load_shop
from willbuy.snapshots import build_snapshots
from willbuy.warehouse import open_warehouse
from willbuy.warehouse.fingerprint import fingerprint

MOMENTS = [datetime(2015, 3, 27), datetime(2015, 4, 1, 11, 30, 0, 1)]
POWERS = "decayed"
"""What may differ in the last bit is left out: here bits are compared, and one engine with itself too."""


def digest(shop: Shop) -> dict[str, str]:
    """Checksums of a shop's log and of its snapshots."""
    ingest(shop)
    chosen = tuple(feature for feature in POOL if feature.key != POWERS)
    features = FeatureSet(chosen, LocalTime(shop.shop.zone), SessionRule(own_ids=True))
    with open_warehouse(shop) as warehouse, tempfile.TemporaryDirectory() as folder:
        frame = build_snapshots(warehouse, shop, features, MOMENTS, folder=Path(folder) / "made").frame()
        log = str(fingerprint(warehouse)["checksum"])
    rows = frame.drop(columns="entity_key").to_csv(index=False, float_format="%.17g")
    return {"log": log, "snapshots": hashlib.sha256(rows.encode()).hexdigest(), "rows": str(len(frame))}


if __name__ == "__main__":
    for file in sys.argv[1:]:
        print(json.dumps(digest(load_shop(Path(file)))))
