"""The catalogue for purchase histories: customers of whom only purchases (and what undid them) are known."""

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
    Last,
    Maximum,
    Mean,
    Ratio,
    Repeats,
    Sessions,
    Total,
    Trend,
)
from willbuy.features.catalogue.present import Present, days

WINDOWS = (days(30), days(90), days(365))
BOUGHT = ("purchase",)


def purchases(present: Present) -> Iterator[Feature]:
    """Frequency, recency, age and money; `active_days_purchase` and the two recencies feed BG/NBD."""
    yield from (DaysSinceLast(BOUGHT), DaysSinceFirst(BOUGHT), ActiveDays(BOUGHT), Count(BOUGHT), Gap(BOUGHT))
    for window in present.windows:
        yield from (ActiveDays(BOUGHT, window), Count(BOUGHT, window))
    for short, long in zip(present.windows, present.windows[1:], strict=False):
        yield Trend(BOUGHT, short, long)
    yield Decayed(BOUGHT, half_life=Duration.parse("60d"))
    if present.has("session"):
        yield from (Sessions(BOUGHT), Sessions(BOUGHT, present.windows[0]))
    if present.has("item"):
        yield from (Distinct(BOUGHT), Repeats(BOUGHT), Distinct(BOUGHT, present.windows[0]))
    if present.has("price"):
        yield from _money(present)
    for kind in (kind for kind in present.kinds if kind != "purchase"):
        yield from (Count((kind,)), DaysSinceLast((kind,)), Ratio(Count((kind,)), Count(BOUGHT)))


def _money(present: Present) -> Iterator[Feature]:
    yield from (
        Total(BOUGHT),
        Mean(BOUGHT, of="money"),
        Maximum(BOUGHT, of="money"),
        Last(BOUGHT, of="money"),
    )
    yield from (Total(BOUGHT, window) for window in present.windows)
    yield Ratio(Total(BOUGHT), ActiveDays(BOUGHT))
