"""The SQL as plain text: read it, then see that it runs and says what the table worked by hand says."""

from datetime import datetime
from pathlib import Path

import pytest

from features.engines import fill
from features.ten_rows import NOON, SHOP, VISIT
from willbuy.features.algebra import (
    ActiveDays,
    AnchorHour,
    Count,
    DaysSinceFirst,
    DaysSinceLast,
    Distinct,
    Feature,
    ItemPopularity,
    Ratio,
    SessionPosition,
    Sessions,
    Total,
    Window,
)
from willbuy.features.batch import BatchFeatures
from willbuy.features.batch.tables import ITEM_FACTS
from willbuy.features.feature_set import FeatureSet
from willbuy.features.local_time import LocalTime
from willbuy.features.log import summarise
from willbuy.features.sessions import SessionRule
from willbuy.warehouse.duckdb import DuckDBWarehouse

GOLDEN = Path(__file__).parent / "golden"
LATER = datetime(2015, 5, 22)

CASES: dict[str, tuple[FeatureSet, list[object]]] = {
    "counts": (
        FeatureSet(
            (
                Count("view", "1d"),
                Count(("cart", "purchase"), "7d"),
                Distinct("view", "7d"),
                Distinct((), "7d", "shoes"),
                Ratio(Count("cart", "7d"), Count("view", "7d"), 1, 20),
                DaysSinceLast("purchase"),
            )
        ),
        [2, 3, 2, 1, 3 / 24, 2860 / 1440],
    ),
    "days_and_sessions": (
        FeatureSet((ActiveDays((), "7d"), Sessions((), "7d"), AnchorHour()), LocalTime("Europe/Berlin")),
        [4, 4, 14],
    ),
    "current_session": (
        FeatureSet((SessionPosition(), Count("cart", "session")), sessions=SessionRule(own_ids=True)),
        [4, 1],
    ),
    "last_item": (FeatureSet((ItemPopularity("view", 3),)), [1]),
    "recent_and_ever": (
        FeatureSet((Count("view", "7d"), DaysSinceFirst(), Count("cart", "30d"))),
        [4, 19.0, 2],
    ),
    "alone": (
        FeatureSet((Distinct("view", "7d"), Sessions((), "7d"), Total("purchase"), DaysSinceFirst())),
        [1, 1, 0, 2.0],
    ),
}

LOGS = {"current_session": VISIT, "alone": SHOP[4:5]}  # the others read SHOP

POPULATIONS = {  # of the others everyone who was ever seen
    "recent_and_ever": Count((), Window.parse("30d")),
    "alone": Count("view", Window.parse("30d")),
}


def queries_of(engine: BatchFeatures, features: FeatureSet) -> dict[str, str]:
    """Every query of an engine for one anchor, by what it is for."""
    found = {"the events, once": engine.prepare_sql()}
    if features.facts:
        found["facts about items, once"] = engine.items_sql()[ITEM_FACTS]
    found["the anchor"] = engine.plain_grid_sql(NOON)
    if not features.in_session:
        found["pairs"] = engine.plain_pairs_sql('"asked"')
    return found


@pytest.mark.parametrize("name", CASES)
def test_sql_is_as_written_and_runs(name: str) -> None:
    features, expected = CASES[name]
    population = POPULATIONS.get(name, Count())
    with DuckDBWarehouse(None) as warehouse:
        fill(warehouse, {"visitor": LOGS.get(name, SHOP)})
        engine = BatchFeatures(warehouse, features, summarise(warehouse), [NOON, LATER], population)
        queries = queries_of(engine, features)
        text = "\n".join(f"-- {title}\n{sql};\n" for title, sql in queries.items())
        written = (GOLDEN / f"{name}.sql").read_text(encoding="utf-8")
        assert text == written, f"if the new text is right, write it to {name}.sql:\n{text}"

        warehouse.make(engine.tables.prepared, queries["the events, once"])
        if features.facts:
            warehouse.make(ITEM_FACTS, queries["facts about items, once"])
        [(_, *values)] = warehouse.rows(queries["the anchor"])
        assert values == pytest.approx(expected, rel=1e-15)


def test_every_identifier_is_quoted() -> None:
    odd: list[Feature] = [Count("view", category='a"; DROP TABLE events; --')]
    with DuckDBWarehouse(None) as warehouse:
        fill(warehouse, {"visitor": [SHOP[0]._replace(category='a"; DROP TABLE events; --')]})
        engine = BatchFeatures(warehouse, FeatureSet(tuple(odd)), summarise(warehouse), [NOON], Count())
        engine.prepare()
        assert warehouse.rows(engine.grid_sql(NOON)) == [(0, 1)]
        assert warehouse.rows("SELECT COUNT(*) FROM events") == [(1,)]
