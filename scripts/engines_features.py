"""Every class of the algebra on an engine: its values against those of plain Python, as a service computes them."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

from scripts.engines_bench import Bench
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
    registry,
)
from willbuy.features.feature_set import FeatureSet
from willbuy.features.local_time import LocalTime
from willbuy.features.log import summarise
from willbuy.features.sessions import SessionRule
from willbuy.parity.comparison import Comparison
from willbuy.parity.proving import anchors_of, compare
from willbuy.shop import load_shop
from willbuy.snapshots.sameness import is_close
from willbuy.snapshots.tally import Tally
from willbuy.warehouse import open_warehouse


def _of(kind: Callable[..., Feature], *given: Any, **named: Any) -> Feature:
    """A feature, with windows and kinds as they are written in a shop file."""
    return kind(*given, **named)


EXAMPLES: tuple[Feature, ...] = (
    _of(ActiveDays, (), "7d"),
    _of(AnchorHour),
    _of(AnchorWeekday),
    _of(Count, "view", "1d"),
    _of(Count, ("view", "cart"), "session", "shoes"),
    _of(DaysSinceFirst),
    _of(DaysSinceLast, "purchase"),
    _of(Decayed, "view", half_life="1d"),
    _of(Distinct, "view", "7d"),
    _of(Distinct, (), "7d", of="category"),
    _of(Gap, (), "7d"),
    _of(ItemConversion, days=2),
    _of(ItemConversion, days=2, of="category"),
    _of(ItemPopularity, "view", 1),
    _of(ItemPopularity, "view", hours=12),
    _of(Last, "view"),
    _of(Maximum, (), of="money"),
    _of(Mean, "view", "7d"),
    _of(OpenCarts),
    _of(Ratio, _of(Count, "cart", "7d"), _of(Count, "view", "7d")),
    _of(Repeats, "view", "7d"),
    _of(SessionPace),
    _of(SessionPosition),
    _of(SessionSeconds),
    _of(Sessions, (), "7d"),
    _of(Total, "purchase"),
    _of(Total, (), "7d", of="quantity"),
    _of(Trend, "view", "1d", "7d"),
)
PAIRS = 300


def examples_by_class() -> dict[str, str]:
    """Class -> the names of its examples, as the page shows them."""
    keys = dict.fromkeys(one.key for one in EXAMPLES)
    return {key: ", ".join(f"`{one.name}`" for one in EXAMPLES if one.key == key) for key in keys}


def missing_examples() -> list[str]:
    """Classes of the algebra that nothing here stands for."""
    shown = {one.key for one in EXAMPLES}
    return [
        name
        for name, kind in registry().items()
        if kind.__module__.startswith("willbuy.") and name not in shown
    ]


def agreement(bench: Bench) -> dict[str, str]:
    """Class -> what came of comparing its examples on an engine: the same bits, a billionth, or why not."""
    try:
        tally = _compared(bench, EXAMPLES)
    except Exception as error:
        sys.stderr.write(f"{bench.engine}: not all classes at once: {bench.told(error)}\n")
        return {one.key: _alone(bench, one.key) for one in EXAMPLES}
    return {one.key: _said(tally, one.key) for one in EXAMPLES}


def _alone(bench: Bench, key: str) -> str:
    examples = [one for one in EXAMPLES if one.key == key]
    try:
        return _said(_compared(bench, examples), key)
    except Exception as error:
        return f"gap: {bench.told(error)}"


def _said(tally: Tally, key: str) -> str:
    examples = [one for one in EXAMPLES if one.key == key]
    values = sum(tally.compared[one.name] for one in examples)
    wrong = sum(tally.mismatches[one.name] for one in examples)
    if wrong or not values:
        return f"gap: {wrong:,} of {values:,} values differ from plain Python"
    return "to 1e-9" if any(map(is_close, examples)) else "every bit"


def _compared(bench: Bench, features: Sequence[Feature]) -> Tally:
    shop = load_shop(bench.file)
    rule = SessionRule(shop.anchors.session_gap, own_ids=True)
    with open_warehouse(shop) as warehouse:
        log = summarise(warehouse)
        asked = FeatureSet(tuple(features), LocalTime(shop.shop.zone), rule)
        return compare(Comparison(warehouse, shop, asked, log, anchors_of(shop, log)), PAIRS)[0]
