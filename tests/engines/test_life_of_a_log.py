"""The life of a log on DuckDB and on PostgreSQL: files, live events, an erasure, an expiry, a rebuilding; after each the same tables and features."""

import csv
import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from engines.digest import MOMENTS, POWERS
from engines.made import late_log
from events.postgres.twins import assert_twins
from features.pool import POOL
from parity.shops import HEADER
from store.arrivals import store_them
from willbuy.events.ingest import ingest, ingest_live
from willbuy.events.rebuild import rebuild
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Event
from willbuy.features.local_time import LocalTime
from willbuy.features.sessions import SessionRule
from willbuy.privacy.erase import erase
from willbuy.privacy.expire import expire
from willbuy.shop import Shop
from willbuy.snapshots import build_snapshots
from willbuy.store import Arrival
from willbuy.store.opening import open_live_log, open_store
from willbuy.warehouse import open_warehouse

NOW, OLD = datetime(2026, 1, 1), datetime(2015, 3, 25)
FEATURES = FeatureSet(
    tuple(one for one in POOL if one.key != POWERS), LocalTime("America/New_York"), SessionRule(own_ids=True)
)


def arrivals(rows: Sequence[dict[str, str]], first: int) -> list[Arrival]:
    """Rows of the file as the service takes them: some at once, some years later, some with another price."""
    found = []
    for number, row in enumerate(rows, first):
        happened = datetime.fromisoformat(row["time"])
        price = round(float(row["price"]) * 100) + (number % 7 == 0) if row["price"] else None
        event = Event(
            happened,
            row["kind"],
            row["item"] or None,
            row["category"] or None,
            price,
            int(row["quantity"]) if row["quantity"] else None,
            row["session"] or None,
            received=happened + (timedelta(days=900) if number % 5 == 0 else timedelta(seconds=3)),
        )
        content = hashlib.sha256(repr((row["entity"], number)).encode()).digest()
        found.append(Arrival(row["entity"], event, f"e{number}", content))
    return found


def send(shop: Shop, some: Sequence[Arrival]) -> None:
    """Store them as a service does, then bring them into the log."""
    with open_store(shop) as store:
        store_them(store, some)  # type: ignore[arg-type]
    with open_live_log(shop) as received:
        assert ingest_live(shop, received).read == len(some)
        assert ingest_live(shop, received).read == 0


def features(shop: Shop, folder: Path) -> str:
    """A checksum of the snapshots of every class of features; keys, which a rebuilding gives anew, are compared with the tables."""
    with open_warehouse(shop) as warehouse:
        frame = build_snapshots(warehouse, shop, FEATURES, MOMENTS, folder=folder).frame()
    assert len(frame) > 20
    lines = frame.drop(columns="entity_key").to_csv(index=False, float_format="%.17g").splitlines()
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def test_every_step_gives_the_same_log(tmp_path: Path, postgres_url: str, postgres_schema: str) -> None:
    log = late_log(tmp_path, 60)
    server = f'engine = "postgres"\nurl = "{postgres_url}"\nschema = "{postgres_schema}"'
    shops = (log.shop('engine = "duckdb"'), log.shop(server))
    with (tmp_path / "b.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == HEADER
    sent = arrivals(rows[: len(rows) // 2], 1)
    [(visitor, _)] = Counter(row["entity"] for row in rows).most_common(1)
    half = len(sent) // 2
    steps = {
        "a file": lambda shop: ingest(shop, [str(tmp_path / "a.csv")]),
        "live events": lambda shop: send(shop, sent[:half]),
        "a file that holds them": lambda shop: ingest(shop, [str(tmp_path / "b.csv")]),
        "live events that files held": lambda shop: send(shop, sent[half:]),
        "an erasure": lambda shop: erase(shop, visitor, NOW, "tests"),
        "an expiry": lambda shop: expire(shop, NOW, "tests", days=(NOW - OLD).days),
        "a rebuilding": rebuild,
    }
    prints = []
    for name, step in steps.items():
        for shop in shops:
            step(shop)
        assert_twins(shops[0], postgres_url, postgres_schema)
        made = [features(shop, tmp_path / f"made-{len(prints)}-{n}") for n, shop in enumerate(shops)]
        assert made[0] == made[1], name
        prints.append(made[0])
    assert len(set(prints)) >= 5  # what is computed followed
    assert prints[-1] == prints[-2]
