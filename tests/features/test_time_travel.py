"""Time travel (G1, G3): features at t from the whole log are those from the log cut at t, to the bit."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from features.engines import fill
from features.pool import POOL
from features.random_log import random_log, random_moments
from features.same import bits
from willbuy.features.algebra import Count
from willbuy.features.batch import BatchFeatures
from willbuy.features.feature_set import FeatureSet
from willbuy.features.local_time import LocalTime
from willbuy.features.log import summarise
from willbuy.features.sessions import SessionRule
from willbuy.warehouse.duckdb import DuckDBWarehouse

ENTITIES, MOMENTS = 2100, 5
LATER = datetime(2015, 5, 1)  # with a moment past the log's end, all of it is prepared
FEATURES = FeatureSet(POOL, LocalTime("Europe/Berlin"), SessionRule(own_ids=True))

KNOWN = '"time" < {at} AND COALESCE("received", "time") <= {at}'

CHANGES = {
    "nothing came": "SELECT * FROM whole WHERE {known}",
    "everything came twice": "SELECT * FROM whole UNION ALL SELECT * FROM whole WHERE NOT ({known})",
    "all was of another kind, item and price": (
        "SELECT * FROM whole WHERE {known} UNION ALL SELECT * REPLACE (CASE kind WHEN 'view' THEN 'cart' ELSE 'view' END "
        "AS kind, (coalesce(item_key, 0) + 1) % 12 AS item_key, 77 AS price, 's0' AS session) FROM whole WHERE NOT ({known})"
    ),
    "all came at exactly the moment": (
        "SELECT * FROM whole WHERE {known} UNION ALL "
        "SELECT * REPLACE ({at} AS time, NULL AS received) FROM whole WHERE NOT ({known})"
    ),
    "all rows lie in another order": "SELECT * FROM whole ORDER BY hash(source, line, {at})",
}


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDBWarehouse]:
    """A log with late events, `whole`, and a view `events` on it that the tests replace."""
    with DuckDBWarehouse(None) as opened:
        fill(opened, random_log(seed=7, entities=ENTITIES, late=0.1, own_ids=True))
        opened.execute("ALTER TABLE events RENAME TO whole")
        opened.execute("CREATE VIEW events AS SELECT * FROM whole")
        yield opened


@pytest.fixture(scope="module")
def expected(warehouse: DuckDBWarehouse) -> dict[datetime, list[tuple[object, ...]]]:
    """The features of every entity at every moment, all asked at once of the whole log."""
    moments = random_moments(seed=8, number=MOMENTS)
    rows = ", ".join(f"({warehouse.dialect.timestamp(moment)})" for moment in moments)
    pairs = (
        'SELECT ROW_NUMBER() OVER () AS "pair", e.entity_key, m."moment" '
        f'FROM entities e, (VALUES {rows}) m("moment")'
    )
    found: dict[datetime, list[tuple[object, ...]]] = {moment: [] for moment in moments}
    for moment, *row in of_pairs(warehouse, pairs, moments):
        found[moment].append(tuple(row))
    return found


def of_pairs(warehouse: DuckDBWarehouse, pairs: str, moments: list[datetime]) -> list[tuple[object, ...]]:
    warehouse.make("asked", pairs)
    engine = BatchFeatures(warehouse, FEATURES, summarise(warehouse), [*moments, LATER])
    engine.prepare_items()
    engine.prepare()
    names = ", ".join(
        warehouse.dialect.identifier(name) for name in ("moment", "entity_key", *FEATURES.names)
    )
    rows = warehouse.rows(f"SELECT {names} FROM ({engine.pairs_sql('asked')}) q ORDER BY moment, entity_key")
    return [(moment, *map(bits, values)) for moment, *values in rows]


QUICK = ("nothing came", "all was of another kind, item and price", "all rows lie in another order")


@pytest.mark.parametrize(
    "change", [pytest.param(name, marks=() if name in QUICK else pytest.mark.gate) for name in CHANGES]
)
def test_what_came_after_changes_nothing(
    change: str, warehouse: DuckDBWarehouse, expected: dict[datetime, list[tuple[object, ...]]]
) -> None:
    compared = 0
    for moment, rows in expected.items():
        at = warehouse.dialect.timestamp(moment)
        sql = CHANGES[change].format(at=at, known=KNOWN.format(at=at))
        warehouse.execute(f"CREATE OR REPLACE VIEW events AS {sql}")
        if summarise_is_empty(warehouse):
            continue
        pairs = f'SELECT e.entity_key AS "pair", e.entity_key, {at} AS "moment" FROM entities e'
        assert [row[1:] for row in of_pairs(warehouse, pairs, [moment])] == rows
        compared += len(rows)
    assert compared >= 10_000


def test_a_grid_anchor_is_the_same_from_the_log_cut_at_it(
    warehouse: DuckDBWarehouse, expected: dict[datetime, list[tuple[object, ...]]]
) -> None:
    for moment, rows in expected.items():
        warehouse.execute("CREATE OR REPLACE VIEW events AS SELECT * FROM whole")
        engine = BatchFeatures(warehouse, FEATURES, summarise(warehouse), [moment, LATER], Count())
        engine.prepare_items()
        engine.prepare()
        names = ", ".join(warehouse.dialect.identifier(name) for name in ("entity_key", *FEATURES.names))
        found = warehouse.rows(f"SELECT {names} FROM ({engine.grid_sql(moment)}) g ORDER BY entity_key")
        present = {row[0]: tuple(map(bits, row)) for row in found}
        assert present == {row[0]: row for row in rows if row[0] in present}
        assert len(present) > ENTITIES / 50


def test_the_comparison_sees_what_came_after(
    warehouse: DuckDBWarehouse, expected: dict[datetime, list[tuple[object, ...]]]
) -> None:
    """Fed with the log of an hour later, moved back in time, the same comparison finds rows that differ."""
    moment, rows = next(iter(expected.items()))
    at = warehouse.dialect.timestamp(moment)
    warehouse.execute(
        "CREATE OR REPLACE VIEW events AS SELECT * REPLACE (time - INTERVAL 1 HOUR AS time, NULL AS received) "
        f"FROM whole WHERE time < {at} + INTERVAL 1 HOUR"
    )
    pairs = f'SELECT e.entity_key AS "pair", e.entity_key, {at} AS "moment" FROM entities e'
    found = [row[1:] for row in of_pairs(warehouse, pairs, [moment])]
    assert sum(one != other for one, other in zip(found, rows, strict=True)) > ENTITIES / 10


def summarise_is_empty(warehouse: DuckDBWarehouse) -> bool:
    return warehouse.rows("SELECT COUNT(*) FROM events")[0][0] == 0
