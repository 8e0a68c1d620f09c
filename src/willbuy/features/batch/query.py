"""What a feature set needs of the events and of the aggregate, gathered while its features are compiled."""

from collections.abc import Callable
from typing import Any, TypeVar

from willbuy.features.algebra.feature import Feature, Windowed
from willbuy.features.algebra.window import Window
from willbuy.features.batch.bounds import Bounds
from willbuy.features.batch.columns import NextEvent, PreparedColumns, kind_code
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
    """

    def __init__(self, features: FeatureSet, dialect: Dialect, bounds: Bounds) -> None:
        self.features = features
        self.dialect = dialect
        self.bounds = bounds
        self.columns = PreparedColumns()
        self.aggregates: dict[str, str] = {}
        self.values = {feature.name: self.value(feature) for feature in features}

    def value(self, feature: Feature) -> str:
        """The value of a feature, as an expression over the aggregated row `f`."""
        recipe = next((recipes[kind] for kind in type(feature).__mro__ if kind in recipes), None)
        if recipe is None:
            raise NotImplementedError(
                f"no SQL for {type(feature).__name__}: declare it with @compiles({type(feature).__name__})"
            )
        return recipe(feature, self)

    def aggregate(self, name: str, sql: str) -> str:
        """Add an aggregate over the visible events; return it as a column of `f`."""
        known = self.aggregates.setdefault(name, sql)
        if known != sql:
            raise ValueError(f"two aggregates are called {name!r}: {known} and {sql}")
        return f"f.{self.dialect.identifier(name)}"

    def column(self, name: str) -> str:
        """A column of the canonical event, kept in the prepared events `p`."""
        self.columns.kept.add(name)
        return f"p.{self.dialect.identifier(name)}"

    def matches(self, feature: Windowed, *more: str) -> str:
        """The condition under which an event of `p` is one that the feature reads."""
        found = [
            self.of_kinds(feature.kinds),
            self.of_category(feature.category),
            self.within(feature.window),
            *more,
        ]
        return " AND ".join(part for part in found if part) or f'p."time" < {self.bounds.anchor()}'

    def of_kinds(self, kinds: tuple[str, ...]) -> str:
        """The condition that an event is of one of the kinds; "" for any."""
        if not kinds:
            return ""
        self.columns.kept.add("kind")
        codes = [f"{kind_code(kind)} /* {kind} */" for kind in kinds]
        return f'p."kind" = {codes[0]}' if len(codes) == 1 else f'p."kind" IN ({", ".join(codes)})'

    def of_category(self, category: str | None) -> str:
        """The condition that an event is of the category; "" for any."""
        return "" if category is None else f"{self.column('category')} = {self.dialect.text(category)}"

    def within(self, window: Window) -> str:
        """The condition that an event lies in the look-back window; "" where every visible event does."""
        return "" if window.span is None else f'p."time" >= {self.bounds.start(window.span)}'

    def last_of_its(self, next_event: NextEvent) -> str:
        """The condition that no later event before the anchor is in the same group: one event a group passes."""
        self.columns.next_events[next_event.name] = next_event
        following = f"p.{self.dialect.identifier(next_event.name)}"
        return f"({following} IS NULL OR {following} >= {self.bounds.anchor()})"

    def count(self, name: str, condition: str) -> str:
        """Add a count of the visible events that satisfy a condition."""
        return self.aggregate(name, f"COUNT(*) FILTER (WHERE {condition})")

    def divide(self, top: str, bottom: str) -> str:
        """One division of doubles; null where nothing stands under the line."""
        return f"CAST({top} AS {self.dialect.double}) / NULLIF(CAST({bottom} AS {self.dialect.double}), 0)"

    def days_before_anchor(self, moment: str) -> str:
        """Days of 24 hours from a timestamp expression to the anchor."""
        elapsed = f"({self.dialect.microseconds(self.anchor())} - {self.dialect.microseconds(moment)})"
        return self.divide(elapsed, "86400000000")

    def anchor(self) -> str:
        """The anchor, as an expression over the aggregated row `f`."""
        return self.bounds.anchor().replace("a.", "f.", 1)
