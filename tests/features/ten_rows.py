"""Each feature's table of ten rows or so, worked by hand: written once, run on every engine and live."""

from dataclasses import dataclass
from datetime import datetime

from willbuy.features.algebra import Count, DaysSinceFirst, DaysSinceLast, Distinct, Feature, Ratio
from willbuy.features.live import Event

ANCHOR = datetime(2015, 5, 20, 12, 0)


@dataclass(frozen=True)
class Case:
    """A feature and the value it must have at the anchor for the events of a table."""

    feature: Feature
    expected: int | float | None


def at(day: int, hour: int = 12, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2015, 5, day, hour, minute, second)


EVENTS = [
    Event(at(1), "view", item="a", category="shoes", price=1000),
    Event(at(2), "view", item="b", category="hats", price=3000),
    Event(at(13, 11, 59, 59), "view", item="c", category="shoes", price=500),  # one second outside 7 days
    Event(at(13), "view", item="a", category="shoes", price=1200),  # exactly 7 days before: inside
    Event(at(18), "view", item="a", category="shoes", price=1200),
    Event(at(18, 12, 10), "cart", item="a", category="shoes", price=1200, quantity=2),
    Event(at(18, 12, 20), "purchase", item="a", category="shoes", price=1100, quantity=2),
    Event(at(19), "view", item="b", category="hats"),
    Event(at(19, 12, 5), "cart", item="b", category="hats", price=2900),
    Event(at(20, 11), "view"),  # no item at all
    Event(at(20), "purchase", item="b", category="hats", price=2900),  # at exactly the anchor: the label's
    Event(at(21), "view", item="z", category="hats", price=1),
]

CASES = [
    Case(Count("view"), 7),
    Case(Count("view", "7d"), 4),
    Case(Count((), "7d"), 7),
    Case(Count(("cart", "purchase"), "7d"), 3),
    Case(Count("view", "7d", "shoes"), 2),
    Case(Count("remove"), 0),
    Case(Distinct("view"), 3),
    Case(Distinct("view", "7d"), 2),
    Case(Distinct((), "7d"), 2),
    Case(Distinct("view", "7d", of="category"), 2),
    Case(Distinct("view", category="shoes"), 2),
    Case(Distinct("remove"), 0),
    Case(DaysSinceLast("purchase"), 1 + 23 / 24 + 2 / 3 / 24),
    Case(DaysSinceLast("view"), 1 / 24),
    Case(DaysSinceLast("remove"), None),
    Case(DaysSinceLast("view", "30m"), None),
    Case(DaysSinceFirst(), 19.0),
    Case(DaysSinceFirst("view", "7d"), 7.0),
    Case(DaysSinceFirst("favourite"), None),
    Case(Ratio(Count("cart", "7d"), Count("view", "7d")), 0.5),
    Case(Ratio(Count("cart", "7d"), Count("remove", "7d")), None),
    Case(Ratio(Count("cart", "7d"), Count("remove", "7d"), 1, 20), 3 / 20),
]
