"""The events of chosen entities out of silver, as the live side holds them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from willbuy.features.live.event import Event
from willbuy.features.live.timeline import Timeline

if TYPE_CHECKING:
    from willbuy.warehouse.engine import Warehouse

_COLUMNS = (
    'e."time", e."kind", i."item", e."category", e."price", e."quantity", e."session", NULL, e."received"'
)


ENTITIES, NAMES = "willbuy_parity_entities", "willbuy_parity_names"


@contextmanager
def entities_table(warehouse: "Warehouse", keys: Iterable[int]) -> Iterator[str]:
    """The name of a table of these entities' keys; it stands while the context lasts."""
    import pandas as pd

    warehouse.put(ENTITIES, pd.DataFrame({"entity_key": sorted(keys)}, dtype="int64"))
    try:
        yield ENTITIES
    finally:
        warehouse.drop(ENTITIES)


def keys_of(warehouse: "Warehouse", entities: Iterable[str]) -> dict[str, int]:
    """The keys of entities by their texts; those that the log does not hold are left out."""
    import pandas as pd

    warehouse.put(NAMES, pd.DataFrame({"entity": sorted(entities)}, dtype=object))
    try:
        return dict(
            warehouse.rows(
                f'SELECT n."entity", n."entity_key" FROM "entities" n JOIN "{NAMES}" a ON a."entity" = n."entity"'
            )
        )
    finally:
        warehouse.drop(NAMES)


def timelines(warehouse: "Warehouse", asked: str) -> Iterator[tuple[int, str, Timeline]]:
    """Key, text and timeline of each entity of a table of keys, in their order."""
    rows = warehouse.rows(
        f'SELECT e."entity_key", n."entity", {_COLUMNS} FROM "events" e '
        f'JOIN "{asked}" a ON a."entity_key" = e."entity_key" '
        'JOIN "entities" n ON n."entity_key" = e."entity_key" '
        'LEFT JOIN "items" i ON i."item_key" = e."item_key" ORDER BY e."entity_key"'
    )
    for (key, entity), found in groupby(rows, itemgetter(0, 1)):
        yield key, entity, Timeline(Event(*fields) for _, _, *fields in found)
