"""The query of any (entity, moment) pairs: the same aggregates with a joined table of anchors."""

from willbuy.events.canonical import EVENTS_COLUMNS
from willbuy.features.algebra.feature import Windowed
from willbuy.features.batch.grid import aggregates, having, lower_bound, values
from willbuy.features.batch.query import Query

_CARRIED = ("pair", "entity_key", "moment")


def pairs_sql(query: Query, prepared: str, anchors: str, key: str, population: Windowed | None) -> str:
    """One row a pair of the table `anchors` (pair, entity_key, moment), also where it has no event at all.

    With a population, only pairs that are in it. `key` is the column of the anchors that the prepared events
    carry as their entity: `entity_key`, or `pair` where each pair has events of its own.
    """
    joined = [f'p."entity_key" = a."{key}"', 'p."time" < a."moment"']
    if population is not None:
        joined += lower_bound(query, population)
    grouped = ", ".join(f'a."{name}"' for name in _CARRIED)
    inner = [
        f"SELECT {grouped}" + aggregates(query),
        f"FROM {query.dialect.identifier(anchors)} a",
        f"LEFT JOIN {query.dialect.identifier(prepared)} p ON " + " AND ".join(joined),
        f"GROUP BY {grouped}",
        *(having(query, population) if population is not None else []),
    ]
    carried = ", ".join(f'f."{name}"' for name in _CARRIED)
    return (
        f"SELECT {carried}{values(query)}\nFROM (\n  " + "\n  ".join("\n".join(inner).splitlines()) + "\n) f"
    )


def visible_events(anchors: str) -> str:
    """A FROM item: for each pair the events that were known at its moment, the pair standing as their entity."""
    columns = ", ".join(f'e."{name}"' for name in EVENTS_COLUMNS if name != "entity_key")
    return (
        f'(SELECT a."pair" AS "entity_key", {columns} FROM "{anchors}" a JOIN "events" e '
        f'ON e."entity_key" = a."entity_key" AND e."time" < a."moment" AND COALESCE(e."received", e."time") <= a."moment")'
    )
