"""The catalogue for session tasks: the current session up to the anchor, and the visitor's past."""

from collections.abc import Iterator

from willbuy.features.algebra import (
    SESSION,
    AnchorHour,
    AnchorWeekday,
    Count,
    DaysSinceFirst,
    DaysSinceLast,
    Distinct,
    Feature,
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
)
from willbuy.features.catalogue.present import Present, days

WINDOWS = (days(7), days(30))


def session(present: Present) -> Iterator[Feature]:
    """What the session has shown so far; its rest cannot be declared."""
    yield from (SessionPosition(), SessionSeconds(), SessionPace(), AnchorHour(), AnchorWeekday())
    yield from (Count((kind,), SESSION) for kind in present.kinds)
    for top, bottom in (("cart", "view"), ("purchase", "cart")):
        if present.has(top, bottom):
            yield Ratio(Count((top,), SESSION), Count((bottom,), SESSION))
    yield from _history(present)
    if present.has("item"):
        yield from _items(present)
    if present.has("price"):
        yield from _money(present)


def _history(present: Present) -> Iterator[Feature]:
    for window in present.windows:
        yield Sessions((), window)
        yield from (Count((kind,), window) for kind in present.kinds)
    yield DaysSinceFirst()
    if present.has("purchase"):
        yield from (Count(("purchase",)), DaysSinceLast(("purchase",)))


def _items(present: Present) -> Iterator[Feature]:
    yield from (Distinct((), SESSION), Repeats((), SESSION))
    if present.has("category"):
        yield Distinct((), SESSION, of="category")
    if present.has("cart"):
        yield from (OpenCarts(window=SESSION), OpenCarts(window=present.longest))
    if present.has("view"):
        yield from (ItemPopularity(("view",), 7), ItemPopularity(("view",), hours=24))
    if present.has("view", "purchase"):
        yield ItemConversion(("purchase",), ("view",), 7, 1, 100)
        yield ItemConversion(("purchase",), ("view",), add_top=1, add_bottom=100, hours=24)
    if present.has("category", "view"):
        yield ItemPopularity(("view",), hours=24, of="category")
    if present.has("category", "view", "purchase"):
        yield ItemConversion(("purchase",), ("view",), add_top=1, add_bottom=100, hours=24, of="category")


def _money(present: Present) -> Iterator[Feature]:
    yield from (Mean((), SESSION), Maximum((), SESSION), Last(()))
    if present.has("cart"):
        yield Total(("cart",), SESSION)
