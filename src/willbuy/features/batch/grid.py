"""The query of one grid anchor: literal bounds over the prepared events."""

from willbuy.features.batch.condition import Aggregate
from willbuy.features.batch.query import Query
from willbuy.features.batch.select import aggregates, having, item_facts, lower_bound, values


def grid_sql(query: Query, prepared: str, condition: str = "", alone: bool = False) -> str:
    """One row an entity of the population, with `entity_key` and a column a feature.

    `prepared` is the name of the prepared events, `condition` narrows them further. With `alone` they say which are
    all that their entity ever did: what is made of one event needs no grouping.
    """
    events = query.dialect.identifier(prepared)
    more = [condition] if condition else []
    grouped = _apart if query.split else _at_once
    if alone:
        parts = [
            _of_one(query, events, ['p."alone"', *more]),
            grouped(query, events, ['NOT p."alone"', *more]),
        ]
    else:
        parts = [grouped(query, events, more)]
    found = "\n  UNION ALL\n".join(parts)
    return f'SELECT f."entity_key"{values(query)}\nFROM (\n{found}\n) f{item_facts(query)}'


def grids_sql(query: Query, prepared: str, moments: str, condition: str = "") -> str:
    """The same for all moments of a FROM item (moment) at once: `entity_key`, `moment` and a column a feature."""
    on = " AND ".join([f'p."time" < {query.bounds.inside}', *lower_bound(query)])
    where = f"\n  WHERE {condition}" if condition else ""
    return (
        f'SELECT f."entity_key", f."moment"{values(query)}\n'
        f'FROM (\n  SELECT p."entity_key", a."moment"{aggregates(query, query.aggregates.items())}\n'
        f"  FROM {query.dialect.identifier(prepared)} p JOIN {moments} a ON {on}{where}\n"
        f'  GROUP BY p."entity_key", a."moment"{having(query)}\n'
        f") f{item_facts(query)}"
    )


def _of_one(query: Query, events: str, more: list[str]) -> str:
    """The aggregates of entities with one event, in the order in which `_at_once` or `_apart` has them."""
    member = query.matches(query.population).text if query.population else ""
    where = [*more, f'p."time" < {query.bounds.inside}', *lower_bound(query), *([member] if member else [])]
    found = "".join(
        f",\n    {one.of_one} AS {query.dialect.identifier(name)}" for name, one in _in_order(query)
    )
    return f'  SELECT p."entity_key"{found}\n  FROM {events} p\n  WHERE {" AND ".join(where)}'


def _in_order(query: Query) -> list[tuple[str, Aggregate]]:
    """The aggregates; where they are made apart, what is recent before what is not."""
    return sorted(query.aggregates.items(), key=lambda named: query.split and not named[1].recent)


def _at_once(query: Query, events: str, more: list[str]) -> str:
    """All aggregates in one pass over the events."""
    where = " AND ".join([f'p."time" < {query.bounds.inside}', *lower_bound(query), *more])
    return (
        f'  SELECT p."entity_key"{aggregates(query, query.aggregates.items())}\n'
        f"  FROM {events} p\n"
        f"  WHERE {where}\n"
        f'  GROUP BY p."entity_key"{having(query, seen=True)}'
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
        f'  GROUP BY p."entity_key"{having(query, seen=True)}\n'
        "  ) r\n"
        f'  JOIN (\n  SELECT p."entity_key"{aggregates(query, ever.items())}\n'
        f"  FROM {events} p\n"
        f'  WHERE {before} AND p."entity_key" IN (SELECT p."entity_key" FROM {events} p WHERE {newest})\n'
        '  GROUP BY p."entity_key"\n'
        '  ) e ON e."entity_key" = r."entity_key"'
    )
