"""The query of one grid anchor: literal bounds over the prepared events."""

from willbuy.features.batch.query import Query
from willbuy.features.batch.select import aggregates, having, item_facts, lower_bound, values


def grid_sql(query: Query, prepared: str, condition: str = "") -> str:
    """One row an entity of the population, with `entity_key` and a column a feature.

    `prepared` is the name of the prepared events, `condition` narrows them further.
    """
    events = query.dialect.identifier(prepared)
    more = [condition] if condition else []
    return (
        f'SELECT f."entity_key"{values(query)}\n'
        f"FROM (\n{_apart(query, events, more) if query.split else _at_once(query, events, more)}\n"
        f") f{item_facts(query)}"
    )


def _at_once(query: Query, events: str, more: list[str]) -> str:
    """All aggregates in one pass over the events."""
    where = " AND ".join([f'p."time" < {query.bounds.inside}', *lower_bound(query), *more])
    return (
        f'  SELECT p."entity_key"{aggregates(query, query.aggregates.items())}\n'
        f"  FROM {events} p\n"
        f"  WHERE {where}\n"
        f'  GROUP BY p."entity_key"{having(query)}'
    )


def _apart(query: Query, events: str, more: list[str]) -> str:
    """What is recent in one pass over the newest events, what looks back for ever in another over those who are in it.

    Most features are recent, and most events are not.
    """
    recent = {name: one for name, one in query.aggregates.items() if one.recent}
    ever = {name: one for name, one in query.aggregates.items() if not one.recent}
    before = f'p."time" < {query.bounds.inside}'
    newest = " AND ".join([before, *lower_bound(query), *more])
    carried = "".join(f", e.{query.dialect.identifier(name)}" for name in ever)
    return (
        f"  SELECT r.*{carried}\n"
        f'  FROM (\n  SELECT p."entity_key"{aggregates(query, recent.items())}\n'
        f"  FROM {events} p\n"
        f"  WHERE {newest}\n"
        f'  GROUP BY p."entity_key"{having(query)}\n'
        "  ) r\n"
        f'  JOIN (\n  SELECT p."entity_key"{aggregates(query, ever.items())}\n'
        f"  FROM {events} p\n"
        f'  WHERE {before} AND p."entity_key" IN (SELECT p."entity_key" FROM {events} p WHERE {newest})\n'
        '  GROUP BY p."entity_key"\n'
        '  ) e ON e."entity_key" = r."entity_key"'
    )
