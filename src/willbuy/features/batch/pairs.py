"""The query of any (entity, moment) pairs: the same aggregates with a joined table of anchors."""

from willbuy.events.canonical import EVENTS_COLUMNS
from willbuy.features.batch.query import Query
from willbuy.features.batch.select import aggregates, having, item_facts, lower_bound, values

CARRIED = ("pair", "entity_key", "moment")


def pairs_sql(query: Query, prepared: str, anchors: str, key: str) -> str:
    """One row a pair of the FROM item `anchors` (pair, entity_key, moment), also where it has no event at all.

    With a population, only pairs that are in it. `key` is the column of the anchors that the prepared events
    carry as their entity: `entity_key`, or `pair` where each pair has events of its own.
    """
    events = query.dialect.identifier(prepared)
    if query.columns.current_session:
        anchors = with_session(query, events, anchors, key)
    on = [f'p."entity_key" = a."{key}"', 'p."time" < a."moment"', *lower_bound(query)]
    grouped = carried("a")
    return (
        f"SELECT {carried('f')}{values(query)}\n"
        "FROM (\n"
        f"  SELECT {grouped}{aggregates(query, query.aggregates.items())}\n"
        f"  FROM {anchors} a\n"
        f"  LEFT JOIN {events} p ON {' AND '.join(on)}\n"
        f"  GROUP BY {grouped}{having(query)}\n"
        f") f{item_facts(query)}"
    )


def carried(alias: str) -> str:
    """The columns of a pair."""
    return ", ".join(f'{alias}."{name}"' for name in CARRIED)


def with_session(query: Query, events: str, anchors: str, key: str) -> str:
    """A FROM item: the anchors with the session that is open at each, null where none is.

    It is the session of the newest event before the anchor, unless that one was a session gap ago or more.
    """
    idle = query.elapsed('a."moment"', 'c."time"')
    own = ', c."session"' if query.features.sessions.own_ids else ""
    return (
        f'(\n    SELECT {carried("a")}, c."session_start"{own}\n    FROM {anchors} a\n'
        f'    LEFT JOIN {events} c ON c."entity_key" = a."{key}" AND c."time" < a."moment"\n'
        f'      AND c."next_event" >= a."moment"\n'
        f"      AND {idle} < {query.features.sessions.gap.microseconds}\n  )"
    )


def visible_events(anchors: str) -> str:
    """A FROM item: for each pair the events that were known at its moment, the pair standing as their entity."""
    columns = ", ".join(f'e."{name}"' for name in EVENTS_COLUMNS if name != "entity_key")
    return (
        f'(SELECT a."pair" AS "entity_key", {columns} FROM {anchors} a JOIN "events" e '
        f'ON e."entity_key" = a."entity_key" AND e."time" < a."moment" '
        f'AND COALESCE(e."received", e."time") <= a."moment")'
    )
