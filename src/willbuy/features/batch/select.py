"""The clauses that the queries of grid anchors and of pairs share."""

from collections.abc import Iterable

from willbuy.features.batch.condition import Aggregate
from willbuy.features.batch.query import Query
from willbuy.features.batch.tables import FACT_TABLES, fact_key


def values(query: Query) -> str:
    """The features of the outer SELECT, each on a line of its own."""
    return "".join(f",\n  {sql} AS {query.dialect.identifier(name)}" for name, sql in query.values.items())


def aggregates(query: Query, found: Iterable[tuple[str, Aggregate]]) -> str:
    """Aggregates of the inner SELECT, each on a line of its own."""
    return "".join(f",\n    {one.sql} AS {query.dialect.identifier(name)}" for name, one in found)


def lower_bound(query: Query) -> list[str]:
    """The condition that leaves out events before the longest window; none where something looks back for ever."""
    return [] if query.recent is None else [f'p."time" >= {query.bounds.start(query.recent)}']


def having(query: Query, seen: bool = False) -> str:
    """Who is in the population: at least one of the events it names.

    Where only `seen` entities are grouped and any visible event will do, all of them are in it.
    """
    if query.population is None:
        return ""
    named = query.matches(query.population)
    if seen and not named.parts:
        return ""
    members = named.filter('COUNT(p."time")')
    return f"\n  HAVING {members} > 0"


def item_facts(query: Query) -> str:
    """The joins of the facts about the last item, as of the close of the day, or hour, before the anchor's own."""
    joins = ""
    for (of, hourly), (alias, table) in FACT_TABLES.items():
        if alias in query.fact_tables:
            at = query.bounds.utc_hour() if hourly else query.bounds.day(query.features.clock)
            joins += (
                f'\nLEFT JOIN "{table}" {alias} ON {alias}."{fact_key(of)}" = f."last_{of}" '
                f'AND {alias}."from_day" <= {at} AND {alias}."until_day" > {at}'
            )
    return joins
