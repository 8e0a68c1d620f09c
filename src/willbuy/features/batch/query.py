"""What a feature set needs of the events and of the aggregate, gathered while its features are compiled."""

from collections.abc import Callable
from typing import Any, TypeVar

from willbuy.durations import Duration
from willbuy.features.algebra import Feature, ItemFact, Window, Windowed
from willbuy.features.batch.bounds import Bounds
from willbuy.features.batch.columns import NextEvent, PreparedColumns, kind_code, kind_in
from willbuy.features.batch.condition import Aggregate, Condition
from willbuy.features.batch.tables import FACT_TABLES, fact_key
from willbuy.features.feature_set import FeatureSet
from willbuy.warehouse.dialect import Dialect

F = TypeVar("F", bound=Feature)
Recipe = Callable[[Any, "Query"], str]

recipes: dict[type[Feature], Recipe] = {}


def compiles(kind: type[F]) -> Callable[[Callable[[F, "Query"], str]], Callable[[F, "Query"], str]]:
    """Declare the function that compiles a class of features to SQL."""

    def remember(recipe: Callable[[F, "Query"], str]) -> Callable[[F, "Query"], str]:
        recipes[kind] = recipe
        return recipe

    return remember


class Query:
    """One compilation of a feature set for one kind of anchor.

    A recipe asks for prepared columns, adds aggregates over the visible events `p` and returns the feature's value
    as an expression over the aggregated row `f`. The FROM clause admits only events before the anchor.

    `recent` is the longest window, where the FROM clause is bounded by it. With `split`, what looks back for ever is
    aggregated apart from what does not, if there is both.
    """

    def __init__(
        self,
        features: FeatureSet,
        dialect: Dialect,
        bounds: Bounds,
        population: Windowed | None = None,
        split: bool = False,
    ) -> None:
        self.features = features
        self.dialect = dialect
        self.bounds = bounds
        self.population = population
        spans = [feature.lookback for feature in (*features, *([population] if population else []))]
        bounded = [Duration(span) for span in spans if span]
        self.unbounded = None in spans
        self.split = split and self.unbounded and population is not None and population.lookback is not None
        self.recent = max(bounded) if bounded and (self.split or not self.unbounded) else None
        self.columns = PreparedColumns()
        self.aggregates: dict[str, Aggregate] = {}
        self.fact_tables: set[str] = set()  # their aliases, of those that are read
        self.values = {feature.name: self.value(feature) for feature in features}
        if population is not None:
            self.matches(population)  # for the columns that it reads

    # What a recipe returns, or makes its value of.

    def value(self, feature: Feature) -> str:
        """The value of a feature, as an expression over the aggregated row `f`."""
        recipe = next((recipes[kind] for kind in type(feature).__mro__ if kind in recipes), None)
        if recipe is None:
            name = type(feature).__name__
            raise NotImplementedError(f"no SQL for {name}: declare it with @compiles({name})")
        return recipe(feature, self)

    def divide(self, top: str, bottom: str) -> str:
        """One division of doubles; null where nothing stands under the line."""
        return f"CAST({top} AS {self.dialect.double}) / NULLIF(CAST({bottom} AS {self.dialect.double}), 0)"

    def smoothed(self, top: str, bottom: str, plus: tuple[float, float]) -> str:
        """`divide`, with something added above and below the line."""
        if plus == (0, 0):
            return self.divide(top, bottom)
        above, below = (
            f"CAST({part} AS {self.dialect.double}) + {self.dialect.real(more)}"
            for part, more in zip((top, bottom), plus, strict=True)
        )
        return self.divide(above, below)

    def elapsed(self, later: str, earlier: str) -> str:
        """Whole microseconds between two timestamp expressions."""
        return f"({self.dialect.microseconds(later)} - {self.dialect.microseconds(earlier)})"

    # Aggregates over the visible events.

    def aggregate(self, name: str, sql: str, recent: bool = False, of_one: str | None = None) -> str:
        """Add an aggregate over the visible events; return it as a column of `f`. `of_one` as of `Aggregate`."""
        found = Aggregate(sql, recent, of_one)
        known = self.aggregates.setdefault(name, found)
        if known != found:
            raise ValueError(f"two aggregates are called {name!r}: {known.sql} and {sql}")
        return f"f.{self.dialect.identifier(name)}"

    def count(self, name: str, condition: Condition) -> str:
        """Add a count of the visible events that satisfy a condition."""
        of_one = condition.choose("CAST(1 AS BIGINT)", "CAST(0 AS BIGINT)")
        return self.aggregate(name, condition.filter('COUNT(p."time")'), condition.recent, of_one)

    def sum(self, name: str, number: str, condition: Condition) -> str:
        """Add a sum of whole numbers; null where nothing satisfies the condition."""
        total, of_one = (
            f"CAST({sql} AS BIGINT)" for sql in (condition.filter(f"SUM({number})"), condition.choose(number))
        )
        return self.aggregate(name, total, condition.recent, of_one)

    def least(self, name: str, value: str, condition: Condition) -> str:
        """Add a minimum; null where nothing satisfies the condition."""
        return self.aggregate(
            name, condition.filter(f"MIN({value})"), condition.recent, condition.choose(value)
        )

    def greatest(self, name: str, value: str, condition: Condition) -> str:
        """Add a maximum; null where nothing satisfies the condition."""
        return self.aggregate(
            name, condition.filter(f"MAX({value})"), condition.recent, condition.choose(value)
        )

    # Conditions on the events `p`.

    def column(self, name: str) -> str:
        """A column of the canonical event, kept in the prepared events `p`."""
        self.columns.kept.add(name)
        return f"p.{self.dialect.identifier(name)}"

    def matches(self, feature: Windowed, *more: str) -> Condition:
        """The condition under which an event of `p` is one that the feature reads."""
        found = (
            self.of_kinds(feature.kinds),
            self.of_category(feature.category),
            self.within(feature.window),
        )
        return Condition(tuple(part for part in (*found, *more) if part), feature.window.span is not None)

    def of_kinds(self, kinds: tuple[str, ...]) -> str:
        """The condition that an event is of one of the kinds; "" for any."""
        if not kinds:
            return ""
        column = self.column("kind")
        codes = [f"{kind_code(kind)} /* {kind} */" for kind in kinds]
        return f"{column} = {codes[0]}" if len(codes) == 1 else f"{column} IN ({', '.join(codes)})"

    def of_category(self, category: str | None) -> str:
        """The condition that an event is of the category; "" for any."""
        return "" if category is None else f"{self.column('category')} = {self.dialect.text(category)}"

    def within(self, window: Window) -> str:
        """The condition that an event lies in the look-back window; "" where the FROM clause says so already."""
        if window.session:
            return self.in_session().text
        if window.span is None or window.span == self.recent:
            return ""
        return f'p."time" >= {self.bounds.start(window.span)}'

    def in_session(self) -> Condition:
        """The condition that an event is of the session that is open at the anchor."""
        self.columns.session_start = self.columns.current_session = True
        same_start = 'p."session_start" = a."session_start"'
        if not self.features.sessions.own_ids:
            return Condition((same_start,))
        return Condition((same_start, f'{self.column("session")} IS NOT DISTINCT FROM a."session"'))

    def last_of_its(self, next_event: NextEvent) -> str:
        """The condition that no later event before the anchor is in the same group: one event a group passes."""
        self.columns.add_next(next_event)
        return f"p.{self.dialect.identifier(next_event.name)} >= {self.bounds.inside}"

    def not_last_of_its(self, next_event: NextEvent) -> str:
        """The condition that a later event before the anchor is in the same group: all but one pass."""
        self.columns.add_next(next_event)
        return f"p.{self.dialect.identifier(next_event.name)} < {self.bounds.inside}"

    def next_of(
        self, feature: Windowed, *group: str, known: tuple[str, ...] = (), ties: tuple[str, ...] = ()
    ) -> NextEvent:
        """The next event that the feature reads in the same group: item_key, category, day, session_start.

        Features of single kinds share one column, as the kind itself is part of the group.
        """
        own = ("session",) if self.features.sessions.own_ids else ()
        in_session = "session_start" in group or feature.window.session
        columns = tuple(dict.fromkeys((*group, *((*own, "session_start") if in_session else ()))))
        also = [name for name in known if name not in columns]
        what = "_".join((*columns, *also, *ties[1:])) or "event"  # another group or order is another name
        columns = (*columns, *(f'("{name}" IS NOT NULL)' for name in also))
        if len(feature.kinds) == 1 and feature.category is None:
            return NextEvent(f"next_{what}_of_kind", ("kind", *columns), known, ties)
        conditions = [kind_in(feature.kinds)] if feature.kinds else []
        if feature.category is not None:
            conditions.append(f'("category" = {self.dialect.text(feature.category)})')
        return NextEvent(f"next_{what}_of_{feature.slug}", (*conditions, *columns), known, ties)

    def local_day(self) -> str:
        """The local day of an event, counted from 1970-01-01."""
        self.columns.day = True
        return 'p."day"'

    # Facts about the item, or the category, that the entity touched last.

    def item_fact(self, fact: ItemFact) -> str:
        """A fact about the last item; null where the entity has touched none, 0 where nobody had by then."""
        alias, _ = FACT_TABLES[fact.of, fact.hourly]
        self.fact_tables.add(alias)
        key = fact_key(fact.of)
        newest = self.last_of_its(self.next_of(Windowed(), known=(key,), ties=("kind", fact.of)))
        item = self.greatest(f"last_{fact.of}", self.column(key), Condition((newest,)))
        return (
            f"CASE WHEN {item} IS NOT NULL THEN COALESCE({alias}.{self.dialect.identifier(fact.name)}, 0) END"
        )
