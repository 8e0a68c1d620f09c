"""The clauses that the queries of grid anchors and of pairs share."""

from collections.abc import Iterable

from willbuy.features.batch.condition import Aggregate
from willbuy.features.batch.query import Query
from willbuy.features.batch.tables import ITEM_FACTS, ITEM_FACTS_BY_HOUR


def values(query: Query) -> str:
    """The features of the outer SELECT, each on a line of its own."""
    return "".join(f",\n  {sql} AS {query.dialect.identifier(name)}" for name, sql in query.values.items())


def aggregates(query: Query, found: Iterable[tuple[str, Aggregate]]) -> str:
    """Aggregates of the inner SELECT, each on a line of its own."""
    return "".join(f",\n    {one.sql} AS {query.dialect.identifier(name)}" for name, one in found)


def lower_bound(query: Query) -> list[str]:
    """The condition that leaves out events before the longest window; none where something looks back for ever."""
    return [] if query.recent is None else [f'p."time" >= {query.bounds.start(query.recent)}']


def having(query: Query) -> str:
    """Who is in the population: at least one of the events it names."""
    if query.population is None:
        return ""
    members = query.matches(query.population).filter('COUNT(p."time")')
    return f"\n  HAVING {members} > 0"


def item_facts(query: Query) -> str:
    """The joins of the facts about the last item, as of the close of the day, or hour, before the anchor's own."""
    tables = {
        "i": (ITEM_FACTS, query.bounds.day(query.features.clock)),
        "h": (ITEM_FACTS_BY_HOUR, query.bounds.utc_hour()),
    }
    return "".join(
        f'\nLEFT JOIN "{table}" {alias} ON {alias}."item_key" = f."last_item" '
        f'AND {alias}."from_day" <= {at} AND {alias}."until_day" > {at}'
        for alias, (table, at) in tables.items()
        if alias in query.item_tables
    )
