"""The query of one grid anchor: literal bounds over the prepared events."""

from willbuy.durations import Duration
from willbuy.features.algebra.feature import Windowed
from willbuy.features.batch.query import Query


def grid_sql(query: Query, prepared: str, population: Windowed, condition: str = "") -> str:
    """One row an entity of the population, with `entity_key` and a column a feature.

    `prepared` is the name of the prepared events, `condition` narrows them further.
    """
    where = [
        f'p."time" < {query.bounds.anchor()}',
        *lower_bound(query, population),
        *([condition] if condition else []),
    ]
    inner = [
        'SELECT p."entity_key"' + aggregates(query),
        f"FROM {query.dialect.identifier(prepared)} p",
        "WHERE " + " AND ".join(where),
        'GROUP BY p."entity_key"',
        *having(query, population),
    ]
    return (
        f'SELECT f."entity_key"{values(query)}\nFROM (\n  '
        + "\n  ".join("\n".join(inner).splitlines())
        + "\n) f"
    )


def values(query: Query) -> str:
    """The features of the outer SELECT, each on a line of its own."""
    return "".join(f",\n  {sql} AS {query.dialect.identifier(name)}" for name, sql in query.values.items())


def aggregates(query: Query) -> str:
    """The aggregates of the inner SELECT, each on a line of its own."""
    return "".join(
        f",\n  {sql} AS {query.dialect.identifier(name)}" for name, sql in query.aggregates.items()
    )


def lower_bound(query: Query, population: Windowed) -> list[str]:
    """The condition that leaves out events before the longest window; none where something looks back for ever."""
    span = longest_window(query, population)
    return [] if span is None else [f'p."time" >= {query.bounds.start(span)}']


def having(query: Query, population: Windowed) -> list[str]:
    """Who is in the population: at least one of the events it names. Not needed where the WHERE clause says it."""
    if (
        not population.kinds
        and population.category is None
        and population.window.span == longest_window(query, population)
    ):
        return []
    return [f"HAVING COUNT(*) FILTER (WHERE {query.matches(population)}) > 0"]


def longest_window(query: Query, population: Windowed) -> Duration | None:
    """The longest look-back of the features and the population; None where one of them has no bound."""
    spans = [feature.lookback for feature in (*query.features, population)]
    if None in spans:
        return None
    return Duration(max(span for span in spans if span is not None))
