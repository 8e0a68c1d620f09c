"""The events of chosen entities out of silver, as the live side holds them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from willbuy.features.batch.tables import drop, make
from willbuy.features.live.event import Event
from willbuy.features.live.timeline import Timeline

if TYPE_CHECKING:
    from willbuy.warehouse.duckdb import DuckDBWarehouse

_COLUMNS = (
    'e."time", e."kind", i."item", e."category", e."price", e."quantity", e."session", NULL, e."received"'
)


ENTITIES = "willbuy_parity_entities"


@contextmanager
def entities_table(warehouse: "DuckDBWarehouse", keys: Iterable[int]) -> Iterator[str]:
    """The name of a table of these entities' keys; it stands while the context lasts."""
    make(warehouse, ENTITIES, 'SELECT CAST(0 AS BIGINT) AS "entity_key" LIMIT 0')
    try:
        warehouse.execute(f'INSERT INTO "{ENTITIES}" SELECT unnest(?)', [sorted(keys)])
        yield ENTITIES
    finally:
        drop(warehouse, ENTITIES)


def keys_of(warehouse: "DuckDBWarehouse", entities: Iterable[str]) -> dict[str, int]:
    """The keys of entities by their texts; those that the log does not hold are left out."""
    sql = 'SELECT "entity", "entity_key" FROM "entities" WHERE "entity" IN (SELECT unnest(?))'
    return dict(warehouse.rows(sql, [sorted(entities)]))


def timelines(warehouse: "DuckDBWarehouse", asked: str) -> Iterator[tuple[int, str, Timeline]]:
    """Key, text and timeline of each entity of a table of keys, in their order."""
    rows = warehouse.rows(
        f'SELECT e."entity_key", n."entity", {_COLUMNS} FROM "events" e '
        f'JOIN "{asked}" a ON a."entity_key" = e."entity_key" '
        'JOIN "entities" n ON n."entity_key" = e."entity_key" '
        'LEFT JOIN "items" i ON i."item_key" = e."item_key" ORDER BY e."entity_key"'
    )
    for (key, entity), found in groupby(rows, itemgetter(0, 1)):
        yield key, entity, Timeline(Event(*fields) for _, _, *fields in found)
