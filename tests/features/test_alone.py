"""Entities with one event are worked on apart: to the bit what they would be among all others."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from features.engines import Log, fill
from features.pool import POOL
from features.random_log import random_log, random_moments
from features.same import bits
from willbuy.features.algebra import Count, Window
from willbuy.features.batch import BatchFeatures
from willbuy.features.feature_set import FeatureSet
from willbuy.features.local_time import LocalTime
from willbuy.features.log import summarise
from willbuy.features.sessions import SessionRule
from willbuy.warehouse.duckdb import DuckDBWarehouse

EVERYTHING = FeatureSet(
    tuple(feature for feature in POOL if not feature.in_session),
    LocalTime("Europe/Berlin"),
    SessionRule(own_ids=True),
)
RECENT = FeatureSet(tuple(feature for feature in EVERYTHING if feature.lookback is not None))
POPULATIONS = {
    "anybody": None,
    "ever seen": Count(),
    "seen of late": Count((), Window.parse("3d")),
    "carted of late": Count("cart", Window.parse("7d")),
}


def many_come_once(late: float) -> Log:
    """A random log in which most visitors have a single event."""
    once = random_log(seed=4, entities=150, late=late, own_ids=True)
    return {
        **random_log(seed=3, entities=60, late=late, own_ids=True),
        **{f"once {name}": events[:1] for name, events in once.items()},
    }


def answers(
    warehouse: DuckDBWarehouse,
    features: FeatureSet,
    moments: Sequence[datetime],
    population: Count | None,
    alone: bool,
) -> dict[datetime, list[tuple[object, ...]]]:
    """Every row at every moment, by an engine of which it is said whether it works on some apart."""
    engine = BatchFeatures(warehouse, features, summarise(warehouse), moments, population)
    assert engine.alone is alone
    engine.prepare_items()
    engine.prepare()
    names = ", ".join(warehouse.dialect.identifier(name) for name in ("entity_key", *features.names))
    found = {
        moment: [
            (key, *map(bits, values))
            for key, *values in warehouse.rows(
                f"SELECT {names} FROM ({engine.grid_sql(moment)}) g ORDER BY 1"
            )
        ]
        for moment in moments
    }
    engine.close()
    return found


@pytest.mark.parametrize(("late", "number"), [(0.0, 7), (0.1, 1), (0.1, 7)])
@pytest.mark.parametrize("features", [EVERYTHING, RECENT], ids=["everything", "recent"])
@pytest.mark.parametrize("population", POPULATIONS.values(), ids=POPULATIONS)
def test_the_same_to_the_bit(
    population: Count | None, features: FeatureSet, late: float, number: int
) -> None:
    moments = random_moments(seed=5, number=number)
    with DuckDBWarehouse(None) as warehouse:
        fill(warehouse, many_come_once(late))
        apart = answers(warehouse, features, moments, population, alone=True)
        warehouse.execute("UPDATE events SET alone = NULL")  # as in silver of an older layout
        assert answers(warehouse, features, moments, population, alone=False) == apart
    assert any(len(rows) > 10 for rows in apart.values())


def test_what_comes_later_decides_how_and_never_what() -> None:
    whole = many_come_once(late=0)
    [moment] = random_moments(seed=6, number=1)
    features = FeatureSet(
        tuple(feature for feature in EVERYTHING if not feature.facts)
    )  # items' keys may differ
    cut = {entity: [event for event in events if event.time < moment] for entity, events in whole.items()}
    rows = []
    for log in (whole, cut):
        with DuckDBWarehouse(None) as warehouse:
            fill(warehouse, log)
            rows.append(answers(warehouse, features, [moment], Count(), alone=True))
    assert rows[0] == rows[1]
    assert any(len(cut[entity]) == 1 < len(events) for entity, events in whole.items())


def test_a_log_of_regulars_is_not_parted() -> None:
    with DuckDBWarehouse(None) as warehouse:
        fill(
            warehouse,
            {f"v{n}": events for n, events in enumerate(random_log(1, 50).values()) if len(events) > 1},
        )
        log = summarise(warehouse)
        assert log.alone == 0
        assert not BatchFeatures(warehouse, RECENT, log, [log.last], Count()).alone
