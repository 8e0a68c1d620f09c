"""G3, G20: what training sees of a log with late live events is what serving saw: the same features at the same moments, bit for bit."""

import random
from datetime import datetime, timedelta
from math import nan
from pathlib import Path
from typing import Any

import pytest

from events.shops import shop_at, some_rows, write_log
from events.stored import body_of, submit
from willbuy.events.ingest import ingest, ingest_live
from willbuy.events.live import Accepted, EventReader
from willbuy.features.catalogue import features_of
from willbuy.features.live import Evaluator
from willbuy.features.log import summarise
from willbuy.shop import Shop
from willbuy.snapshots import build_snapshots
from willbuy.store import Arrival, Store
from willbuy.store.live_log import LiveLog
from willbuy.store.loading import load_history
from willbuy.warehouse import open_warehouse

FIRST = datetime(2024, 3, 3)
ANCHORS = [FIRST + timedelta(hours=hours) for hours in (2, 12, 25, 47)]
ROWS = some_rows(6_000, people=300)


def at(line: str) -> datetime:
    return datetime.fromisoformat(line.split(",")[1])


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A log whose first days came as a file, and the rest through the door: most at once, a tenth up to three days late."""
    chance = random.Random(3)
    folder = tmp_path / "shop"
    folder.mkdir()
    shop = shop_at(folder)
    shop = shop.model_copy(
        update={"population": shop.population.model_copy(update={"ever": True, "active_within": None})}
    )
    early, later = [r for r in ROWS if at(r) < FIRST], [r for r in ROWS if at(r) >= FIRST]
    ingest(shop, [str(write_log(folder / "early.csv", early))])
    reader, arrivals = EventReader(shop), []
    for number, row in enumerate(later):
        late = chance.uniform(0, 72 * 3600) if number % 10 == 0 else chance.uniform(0, 2)
        read = reader.read(body_of(row, number), at(row) + timedelta(seconds=late))
        assert isinstance(read, Accepted)
        arrivals.append(Arrival(read.entity, read.event, read.event_id, read.body_hash))
    chance.shuffle(arrivals)
    with Store(shop.home) as store:
        submit(store, arrivals)
    return shop


def ingest_the_night(shop: Shop) -> None:
    """A file of the night has some of what was known, and half of what came through the door in time."""
    early, later = [r for r in ROWS if at(r) < FIRST], [r for r in ROWS if at(r) >= FIRST]
    later = [row for number, row in enumerate(later) if number % 10]
    assert (
        ingest(shop, [str(write_log(shop.folder / "night.csv", [*early[-500:], *later[::2]]))]).duplicates
        >= 500
    )


def served(
    shop: Shop, features: Any, moments: list[datetime], entities: list[str]
) -> dict[tuple[str, datetime], list[float]]:
    """The live evaluator's rows, from the store as a service has it."""
    load_history(shop)
    evaluator = Evaluator(features)
    with Store(shop.home) as store:
        store.use(features)
        return {
            (entity, moment): evaluator.values(store.timeline(entity), moment, store.facts(moment))
            for entity in entities
            for moment in moments
        }


def trained(shop: Shop, features: Any) -> dict[tuple[str, datetime], list[float]]:
    """The rows of the snapshots that training is made of."""
    with open_warehouse(shop) as warehouse:
        names = ", ".join(f's."{name}"' for name in features.names)
        built = build_snapshots(warehouse, shop, features, ANCHORS, folder=shop.home / "seen")
        rows = warehouse.rows(
            f"SELECT n.entity, s.anchor, {names} FROM read_parquet('{built.folder}/*/*.parquet') AS s "
            "JOIN entities AS n USING (entity_key)"
        )
    return {(row[0], row[1]): [nan if value is None else float(value) for value in row[2:]] for row in rows}


@pytest.mark.parametrize("asked_when", ["first", "last"])
def test_features_of_snapshots_are_those_that_were_served(shop: Shop, asked_when: str) -> None:
    """Whether the service knew the events from its store alone or from the log, too; and a file that holds them changes nothing."""
    with open_warehouse(shop) as warehouse:
        log = summarise(warehouse)
        features = features_of(shop, log.kinds, log.fields)
        entities = [entity for (entity,) in warehouse.rows("SELECT entity FROM entities")]
    asked = served(shop, features, ANCHORS, entities) if asked_when == "first" else {}
    ingest_the_night(shop)
    with LiveLog(shop.home / "live") as live:
        assert ingest_live(shop, live).accepted == 2_000
    asked = asked or served(shop, features, ANCHORS, entities)
    expected = trained(shop, features)
    assert len(expected) > 900
    different = [
        (key, name, mine, theirs)
        for key, row in expected.items()
        for name, mine, theirs in zip(features.names, row, asked[key], strict=True)
        if repr(mine) != repr(theirs)
    ]
    assert different == []
    with open_warehouse(shop) as warehouse:
        [(events, late)] = warehouse.rows(
            "SELECT count(*), count(*) FILTER (received > time + INTERVAL 1 HOUR) FROM events"
        )
    assert (events, late > 150) == (6_000, True)
