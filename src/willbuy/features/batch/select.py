"""The clauses that the queries of grid anchors and of pairs share."""

from willbuy.durations import DAY, Duration
from willbuy.features.algebra import Windowed
from willbuy.features.batch.query import Query
from willbuy.features.batch.tables import ITEM_FACTS


def values(query: Query) -> str:
    """The features of the outer SELECT, each on a line of its own."""
    return "".join(f",\n  {sql} AS {query.dialect.identifier(name)}" for name, sql in query.values.items())


def aggregates(query: Query) -> str:
    """The aggregates of the inner SELECT, each on a line of its own."""
    return "".join(
        f",\n    {sql} AS {query.dialect.identifier(name)}" for name, sql in query.aggregates.items()
    )


def lower_bound(query: Query, population: Windowed | None) -> list[str]:
    """The condition that leaves out events before the longest window; none where something looks back for ever."""
    span = longest_window(query, population)
    return [] if span is None else [f'p."time" >= {query.bounds.start(span)}']


def having(query: Query, population: Windowed | None) -> str:
    """Who is in the population: at least one of the events it names. Not needed where the WHERE clause says it."""
    if population is None:
        return ""
    everyone = not population.kinds and population.category is None
    if everyone and population.window.span == longest_window(query, population):
        return ""
    return f"\n  HAVING COUNT(*) FILTER (WHERE {query.matches(population)}) > 0"


def longest_window(query: Query, population: Windowed | None) -> Duration | None:
    """The longest look-back of the features and the population; None where one of them has no bound."""
    spans = [feature.lookback for feature in (*query.features, *([population] if population else []))]
    known = [span for span in spans if span is not None]
    return None if len(known) < len(spans) or not known else Duration(max(known))


def item_facts(query: Query) -> str:
    """The join of the facts about the last item, as of the close of the day before the anchor's own."""
    if not query.reads_items:
        return ""
    day = query.dialect.whole(query.bounds.local(query.features.clock), DAY)
    return (
        f'\nLEFT JOIN "{ITEM_FACTS}" i ON i."item_key" = f."last_item" '
        f'AND i."from_day" <= {day} AND i."until_day" > {day}'
    )
