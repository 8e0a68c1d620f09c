"""Arrival (B4, B3): neither the order in which events came, nor the engine's own time zone, changes a bit."""

import random

import pytest

from features.engines import Live, fill
from features.pool import POOL
from features.random_log import START, random_log, random_moments
from features.same import assert_same, bits
from willbuy.features.batch import BatchFeatures
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Event
from willbuy.features.local_time import LocalTime
from willbuy.features.log import summarise
from willbuy.features.sessions import SessionRule
from willbuy.warehouse.duckdb import DuckDBWarehouse

FEATURES = FeatureSet(POOL, LocalTime("America/New_York"), SessionRule(own_ids=True))
LOG = random_log(seed=3, entities=40, late=0.1, own_ids=True)
MOMENT = random_moments(seed=4, number=3)[-1]


def features_of(log: dict[str, list[Event]], zone: str = "UTC") -> dict[str, list[object]]:
    """The features of every entity at the moment, by the entity's text."""
    with DuckDBWarehouse(None, threads=1) as warehouse:
        warehouse.execute(f"SET TimeZone = '{zone}'")
        fill(warehouse, log)
        at = warehouse.dialect.timestamp(MOMENT)
        warehouse.make("asked", f'SELECT entity_key AS "pair", entity_key, {at} AS "moment" FROM entities')
        engine = BatchFeatures(warehouse, FEATURES, summarise(warehouse), [START, MOMENT])
        engine.prepare_items()
        engine.prepare()
        names = ", ".join(warehouse.dialect.identifier(name) for name in FEATURES.names)
        rows = warehouse.rows(
            f"SELECT e.entity, {names} FROM ({engine.pairs_sql('asked')}) q JOIN entities e USING (entity_key)"
        )
        return {entity: [bits(value) for value in values] for entity, *values in rows}


def shuffled(seed: int) -> dict[str, list[Event]]:
    """The same events, entities and rows in another order of arrival."""
    draw = random.Random(seed)
    entities = draw.sample(list(LOG), len(LOG))
    return {entity: draw.sample(LOG[entity], len(LOG[entity])) for entity in entities}


@pytest.fixture(scope="module")
def expected() -> dict[str, list[object]]:
    return features_of(LOG)


@pytest.mark.parametrize("seed", range(20))
def test_order_of_arrival_changes_nothing(seed: int, expected: dict[str, list[object]]) -> None:
    other = shuffled(seed)
    assert list(other) != list(LOG)
    assert features_of(other) == expected


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Kathmandu", "Europe/London", "Pacific/Apia"])
def test_the_zone_of_the_engine_changes_nothing(zone: str, expected: dict[str, list[object]]) -> None:
    assert features_of(LOG, zone) == expected


def test_a_larger_log_agrees_with_live() -> None:
    log = random_log(seed=11, entities=25, late=0.2, own_ids=True)
    pairs = [(entity, moment) for entity in log for moment in random_moments(seed=5, number=4)]
    from features.engines import ENGINES, Pairs

    expected = Live().values(FEATURES, log, pairs)
    for engine in (one for one in ENGINES if isinstance(one, Pairs)):
        for found, wanted in zip(engine.values(FEATURES, log, pairs), expected, strict=True):
            assert found is not None
            assert wanted is not None
            assert_same(found, wanted)
