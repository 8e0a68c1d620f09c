"""The catalogue for logs of clicks: views, carts, purchases of visitors on a calendar grid."""

from collections.abc import Iterator

from willbuy.durations import Duration
from willbuy.features.algebra import (
    ActiveDays,
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
    Sessions,
    Total,
    Trend,
)
from willbuy.features.catalogue.present import Present, days

WINDOWS = (days(1), days(7), days(30))


def clicks(present: Present) -> Iterator[Feature]:
    """How much, how lately, how steadily, on what; and what came of it before."""
    yield from _activity(present)
    yield from _rhythm(present)
    if present.has("item"):
        yield from _items(present)
    if present.has("price"):
        yield from _money(present)


def _activity(present: Present) -> Iterator[Feature]:
    for window in present.windows:
        yield from (Count((kind,), window) for kind in present.kinds)
    yield from (DaysSinceLast((kind,)) for kind in present.kinds)
    yield from (DaysSinceLast(), DaysSinceFirst())
    for window in present.windows[1:]:
        for top, bottom in (("cart", "view"), ("purchase", "view"), ("purchase", "cart")):
            if present.has(top, bottom):
                yield Ratio(Count((top,), window), Count((bottom,), window))
    if present.has("purchase"):
        yield Count(("purchase",))


def _rhythm(present: Present) -> Iterator[Feature]:
    yield from (ActiveDays((), window) for window in present.windows[1:])
    yield from (Sessions((), window) for window in present.windows)
    yield Gap((), present.longest)
    for short, long in zip(present.windows[1:], present.windows[2:], strict=False):
        yield Trend((), short, long)
    yield from (
        Decayed((kind,), half_life=Duration.parse("3d")) for kind in ("view", "cart") if present.has(kind)
    )


def _items(present: Present) -> Iterator[Feature]:
    yield from (Distinct((kind,), present.longest) for kind in present.kinds)
    if present.has("view"):
        yield Repeats(("view",), present.longest)
        yield ItemPopularity(("view",), 30)
    if present.has("cart"):
        yield from (OpenCarts(window=window) for window in present.windows[1:])
    if present.has("view", "purchase"):
        yield ItemConversion(("purchase",), ("view",), 30, 1, 100)
    if present.has("category", "view"):
        yield Distinct(("view",), present.longest, of="category")


def _money(present: Present) -> Iterator[Feature]:
    if present.has("view"):
        yield from (Mean(("view",), present.longest), Maximum(("view",), present.longest), Last(("view",)))
    if present.has("cart"):
        yield Total(("cart",), present.windows[min(1, len(present.windows) - 1)])
    if present.has("purchase"):
        yield from (Total(("purchase",), present.longest), Total(("purchase",)))
