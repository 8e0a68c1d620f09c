"""Each feature's table of ten rows or so, worked by hand: written once, run on every engine and live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from willbuy.durations import Duration
from willbuy.features.algebra import (
    ActiveDays,
    AnchorHour,
    AnchorWeekday,
    Count,
    DaysSinceFirst,
    DaysSinceLast,
    Decayed,
    Distinct,
    Feature,
    Gap,
    ItemConversion,
    ItemPopularity,
    Last,
    Maximum,
    Mean,
    OpenCarts,
    Ratio,
    Repeats,
    SessionPace,
    SessionPosition,
    Sessions,
    SessionSeconds,
    Total,
    Trend,
)
from willbuy.features.live import Event
from willbuy.features.local_time import LocalTime
from willbuy.features.sessions import SessionRule


def at(day: int, hour: int = 12, minute: int = 0, second: int = 0) -> datetime:
    """A moment in May 2015."""
    return datetime(2015, 5, day, hour, minute, second)


NOON = at(20)  # a Wednesday

SHOP = [
    Event(at(1), "view", item="a", category="shoes", price=1000),
    Event(at(2), "view", item="b", category="hats", price=3000),
    Event(at(13, 11, 59, 59), "view", item="c", category="shoes", price=500),  # one second outside 7 days
    Event(at(13), "view", item="a", category="shoes", price=1200),  # exactly 7 days before: inside
    Event(at(18), "view", item="a", category="shoes", price=1200),
    Event(at(18, 12, 10), "cart", item="a", category="shoes", price=1200, quantity=2),
    Event(at(18, 12, 20), "purchase", item="a", category="shoes", price=1100, quantity=2),
    Event(at(19), "view", item="b", category="hats"),  # no price
    Event(at(19, 12, 5), "cart", item="b", category="hats", price=2900),  # no quantity: one piece
    Event(at(20, 11), "view"),  # no item at all
    Event(at(20), "purchase", item="b", category="hats", price=2900),  # at exactly the anchor: the label's
    Event(at(21), "view", item="z", category="hats", price=1),
]

CARTS = [
    Event(at(11), "cart", item="old"),
    Event(at(14), "cart", item="kept"),
    Event(at(14, 13), "cart", item="kept"),
    Event(at(15), "cart", item="bought"),
    Event(at(15), "purchase", item="bought"),  # the same moment: a purchase follows its cart
    Event(at(16), "cart", item="removed"),
    Event(at(16, 13), "remove", item="removed"),
    Event(at(17), "purchase", item="again"),
    Event(at(18), "cart", item="again"),
    Event(at(20), "purchase", item="kept"),  # at the anchor: not known yet
]

VISIT = [
    Event(at(20, 10), "view", item="a", session="x"),
    Event(at(20, 11, 30), "view", item="a", session="y"),
    Event(at(20, 11, 31), "cart", item="a", session="y"),
    Event(at(20, 11, 31), "view", item="b", session="y"),
    Event(at(20, 11, 35), "view", item="b", session="x"),  # another tab
    Event(at(20, 11, 40), "view", item="b", session="y"),
    Event(at(20, 12, 5), "purchase", item="b", session="y"),  # the rest of the session: never read
]

BUYERS = [
    Event(at(1, 23, 30), "purchase", price=100),
    Event(at(3, 9), "purchase", price=200),
    Event(at(3, 21), "purchase", price=300),
    Event(at(10), "purchase", price=400),
    Event(at(20), "purchase", price=500),
]

CROWD: Mapping[str, Sequence[Event]] = {
    "visitor": [
        Event(at(19, 9), "view", item="a"),
        Event(at(19, 10), "view", item="b"),
        Event(at(19, 11), "other"),
    ],
    "others": [
        *(Event(at(day), "view", item="b") for day in (16, 17, 18, 19)),  # the 16th is older than 3 days
        Event(at(18, 13), "purchase", item="b"),
        Event(at(18, 14), "purchase", item="b", received=at(20, 1)),  # not known when the 19th closed
        Event(at(20, 9), "view", item="b"),  # today: not closed yet
        Event(at(19, 13), "view", item="c"),
    ],
}


@dataclass(frozen=True)
class Case:
    """A feature and the value it must have for "visitor" at the anchor."""

    feature: Feature
    expected: int | float | None
    table: str = "shop"
    anchor: datetime = NOON
    clock: LocalTime = field(default_factory=LocalTime)
    sessions: SessionRule = field(default_factory=SessionRule)

    @property
    def place(self) -> tuple[str, datetime, LocalTime, SessionRule]:
        """All but the feature: cases of one place are asked at once."""
        return (self.table, self.anchor, self.clock, self.sessions)

    @property
    def log(self) -> Mapping[str, Sequence[Event]]:
        """The table among those of other entities."""
        if self.table == "crowd":
            return CROWD
        rows = {"shop": SHOP, "carts": CARTS, "visit": VISIT, "buyers": BUYERS}[self.table]
        return {"someone": rows[:1], "visitor": rows, "another": rows[2:]}


def _on(table: str, *cases: tuple[Feature, int | float | None]) -> list[Case]:
    return [Case(feature, expected, table) for feature, expected in cases]


BERLIN = LocalTime("Europe/Berlin")
OWN_IDS = SessionRule(own_ids=True)

CASES = [
    *_on(
        "shop",
        (Count("view"), 7),
        (Count("view", "7d"), 4),
        (Count((), "7d"), 7),
        (Count(("cart", "purchase"), "7d"), 3),
        (Count("view", "7d", "shoes"), 2),
        (Count("remove"), 0),
        (Distinct("view"), 3),
        (Distinct("view", "7d"), 2),
        (Distinct((), "7d"), 2),
        (Distinct("view", "7d", of="category"), 2),
        (Distinct("view", category="shoes"), 2),
        (Distinct("remove"), 0),
        (Repeats("view"), 3),  # a, b, c, a, a, b: 6 views of 3 items
        (Repeats("view", "7d"), 1),
        (Repeats("cart"), 0),
        (Total("purchase"), 2200),
        (Total("cart", of="quantity"), 3),
        (Total("cart", "7d"), 2 * 1200 + 2900),
        (Total("remove"), 0),
        (Total("view", "30h"), 0),  # there are views, but none with a price
        (Mean("view"), 6900 / 5),
        (Mean("view", "7d"), 1200.0),
        (Mean("cart", of="quantity"), 1.5),
        (Mean("cart", of="money"), 2650.0),
        (Mean("view", "30h"), None),
        (Maximum("view"), 3000),
        (Maximum("view", "7d"), 1200),
        (Maximum("cart", of="money"), 2900),
        (Maximum("view", "30h"), None),
        (Last("view"), 1200),  # the two newest views have no price
        (Last((), of="money"), 2900),
        (Last("cart", of="quantity"), 1),
        (Last("view", "30h"), None),
        (DaysSinceLast("purchase"), 2860 / 1440),
        (DaysSinceLast("view"), 1 / 24),
        (DaysSinceLast("remove"), None),
        (DaysSinceLast("view", "30m"), None),
        (DaysSinceFirst(), 19.0),
        (DaysSinceFirst("view", "7d"), 7.0),
        (DaysSinceFirst("favourite"), None),
        (ActiveDays((), "7d"), 4),  # the 13th, 18th, 19th, 20th
        (ActiveDays("view"), 6),
        (ActiveDays("remove"), 0),
        (Sessions((), "7d"), 4),
        (Sessions(), 6),  # the two of the 13th are a second apart
        (Sessions("cart"), 2),
        (Decayed("cart", half_life="12h"), 0.5 ** (2870 / 720) + 0.5 ** (1435 / 720)),
        (Decayed("view", "7d", half_life="1d"), 0.5**7 + 0.5**2 + 0.5 + 0.5 ** (1 / 24)),
        (Decayed("remove"), 0.0),
        (Ratio(Count("cart", "7d"), Count("view", "7d")), 0.5),
        (Ratio(Count("cart", "7d"), Count("remove", "7d")), None),
        (Ratio(Count("cart", "7d"), Count("remove", "7d"), 1, 20), 3 / 20),
        (Trend("view", "2d", "7d"), (3 * 7) / (4 * 2)),  # views of the 18th (exactly 2 days), 19th, 20th
        (Trend("remove", "2d", "7d"), None),
        (AnchorHour(), 12),
        (AnchorWeekday(), 2),
    ),
    *_on(
        "carts",
        (OpenCarts(), 3),  # old, kept, again
        (OpenCarts(window="7d"), 2),
        (OpenCarts(window="3d"), 1),
    ),
    *_on(
        "buyers",
        (Gap("purchase"), 9 / 2),  # 1st, 3rd, 10th
        (Gap("purchase", "30m"), None),
        (Gap("purchase", "10d"), None),  # the 10th alone
        (Gap("view"), None),
        (ActiveDays("purchase"), 3),
    ),
    *_on(
        "visit",
        (SessionPosition(), 5),
        (SessionSeconds(), 600.0),
        (SessionPace(), 150.0),
        (Count("view", "session"), 4),
        (Distinct((), "session"), 2),
        (Sessions(), 2),
    ),
    *_on(
        "crowd",
        (ItemPopularity("view", 3), 4),  # b: the 17th, 18th, 19th by others, the 19th by the visitor
        (ItemPopularity("view", 30), 5),
        (ItemPopularity("cart", 30), 0),
        (ItemConversion(days=3), 1 / 4),
        (ItemConversion(days=3, add_top=1, add_bottom=20), 2 / 24),
        (ItemConversion("purchase", "remove", 3), None),
    ),
    Case(ItemPopularity("view", 30), None, "buyers"),
    *_on(
        "crowd", (ItemPopularity("view", hours=24), 2), (ItemConversion(hours=24), 0.0)
    ),  # b: both on the 19th
    Case(ItemConversion("purchase", "view", 3), 2 / 4, "crowd", at(21, 0, 30)),  # of the 18th to the 20th
    Case(SessionPosition(), 6, "visit", at(20, 12, 34, 59)),
    Case(SessionPosition(), None, "visit", at(20, 12, 35)),  # idle for exactly 30 minutes: closed
    Case(SessionPosition(), 4, "visit", sessions=OWN_IDS),  # the other tab is another session
    Case(SessionSeconds(), 600.0, "visit", sessions=OWN_IDS),
    Case(SessionPace(), 200.0, "visit", sessions=OWN_IDS),
    Case(SessionPace(), None, "visit", at(20, 10, 29)),
    Case(Sessions(), 3, "visit", sessions=OWN_IDS),
    Case(Sessions(), 5, "visit", sessions=SessionRule(Duration.parse("30s"))),
    Case(AnchorHour(), 14, clock=BERLIN),
    Case(AnchorHour(), 1, anchor=at(20, 23, 30), clock=BERLIN),
    Case(AnchorWeekday(), 3, anchor=at(20, 23, 30), clock=BERLIN),
    Case(ActiveDays("purchase"), 3, "buyers", clock=BERLIN),  # 23:30 UTC on the 1st is the 2nd there
    Case(Gap("purchase"), 8 / 2, "buyers", clock=BERLIN),
]
