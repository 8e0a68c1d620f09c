"""Phrases: what a reason says of a value, by the renderer that a bundle uses, for every class of the algebra."""

import dataclasses

import numpy as np
import pytest

from features.pool import POOL
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
from willbuy.fitted import PHRASES
from willbuy.models.reasons import Reasons

NULL = float("nan")
VIEWS, CARTS = Count("view", "7d"), Count("cart", "7d")
SAID = [
    (VIEWS, 0, "no view in the last 7 days"),
    (VIEWS, 1, "1 view in the last 7 days"),
    (CARTS, 2, "2 additions to the cart in the last 7 days"),
    (Count(("cart", "purchase")), 0, "no addition to the cart or purchase so far"),
    (Count((), "1d", "shoes"), 3, "3 events in category 'shoes' in the last day"),
    (Distinct("view", "7d"), 4, "views of 4 different items in the last 7 days"),
    (Distinct("view", "7d", of="category"), 1, "views in a single category in the last 7 days"),
    (Repeats("view", "7d"), 1, "1 view repeated on the same item in the last 7 days"),
    (Total("purchase", "30d"), 5100, "purchases worth 51.00 in the last 30 days"),
    (Total("purchase", "30d"), 0, "no purchase of any worth in the last 30 days"),
    (Total("purchase", of="quantity"), 1, "1 piece in purchases so far"),
    (Mean("view", "7d"), 1234.5, "views at an average price of 12.35 in the last 7 days"),
    (Mean("purchase", of="money"), NULL, "no purchase with a price so far"),
    (Maximum("view", "7d"), 9900, "views at prices up to 99.00 in the last 7 days"),
    (Last("view"), 1990, "last view so far at a price of 19.90"),
    (DaysSinceLast("purchase"), 12.3, "last purchase 12 days ago"),
    (DaysSinceLast((), "30d"), 0.05, "last event 72 minutes ago"),
    (DaysSinceLast("view", "7d"), NULL, "no view in the last 7 days"),
    (DaysSinceFirst("purchase"), NULL, "no purchase so far"),
    (DaysSinceFirst("view", "7d"), 3.0, "first view in the last 7 days: 3 days ago"),
    (ActiveDays("purchase"), 3, "purchases on 3 days so far"),
    (Sessions((), "7d"), 1, "1 session in the last 7 days"),
    (Sessions("cart", "7d"), 2, "2 sessions with additions to the cart in the last 7 days"),
    (Gap("purchase"), 4.5, "on average 4 days from one day with purchases to the next so far"),
    (Gap("purchase"), NULL, "fewer than two days with purchases so far"),
    (Decayed("view"), 0.3512, "recent views count 0.351 (each halved every 7 days)"),
    (Decayed("view"), 0, "no view lately"),
    (OpenCarts(window="7d"), 1, "1 item put into the cart in the last 7 days and neither removed nor bought"),
    (Trend("view", "7d", "28d"), 2.667, "views 2.67 times as frequent in the last 7 days as in the last 28 days"),
    (Trend("view", "7d", "28d"), 0, "no view in the last 7 days, but some in the last 28 days"),
    (Trend("view", "7d", "28d"), NULL, "no view in the last 28 days"),
    (Ratio(CARTS, VIEWS), 0.25, "25 additions to the cart for every 100 views in the last 7 days"),
    (Ratio(CARTS, VIEWS), 0, "views in the last 7 days but no addition to the cart"),
    (Ratio(CARTS, VIEWS), NULL, "no view in the last 7 days"),
    (Ratio(CARTS, Count("view"), 1, 20), 0.05, "about 5 additions to the cart in the last 7 days for every 100 views so far"),
    (
        Ratio(Total("purchase"), ActiveDays("purchase")),
        2550,
        "purchases worth 25.50 for each day with purchases so far",
    ),
    (Ratio(Distinct("view", "7d"), Sessions((), "30d")), 2.5, "views of 2.5 different items in the last 7 days for each session in the last 30 days"),
    (Ratio(Mean("view", "1d"), Mean("view", "7d")), 0.5, "mean price of views in the last day, over mean price of views in the last 7 days: 0.5"),
    (Ratio(Total("purchase"), ActiveDays("purchase")), NULL, "no purchase so far"),
    (SessionPosition(), 5, "5 events in the current session so far"),
    (SessionPosition(), NULL, "no session open"),
    (SessionSeconds(), 300, "the current session has lasted 5 minutes so far"),
    (SessionPace(), 12.4, "an event every 12 seconds in the current session"),
    (AnchorHour(), 9, "time of day: 09:00"),
    (AnchorWeekday(), 2, "day of the week: Wednesday"),
    (ItemPopularity("view"), 40, "40 views of the item touched last, by everyone in the last 30 whole days"),
    (ItemPopularity("view"), NULL, "no item touched so far"),
    (ItemConversion(), 0.05, "5 purchases for every 100 views of the item touched last, by everyone in the last 30 whole days"),
]  # fmt: skip


def say(feature: Feature, value: float) -> str:
    return Reasons((feature.name,), {feature.name: feature.phrases.to_dict()}).say(0, float(value))


@pytest.mark.parametrize(("feature", "value", "text"), SAID, ids=lambda part: str(part)[:40])
def test_a_value_in_plain_words(feature, value, text):
    assert say(feature, value) == text


def test_every_class_is_tried_above():
    ours = {kind for kind in registry().values() if kind.__module__.startswith("willbuy.features.algebra")}
    assert {type(feature) for feature, *_ in SAID} == ours


@pytest.mark.parametrize("feature", POOL, ids=lambda feature: feature.name)
def test_every_value_of_every_class_can_be_said(feature):
    for value in (0.0, 1.0, 0.0001, 2.5, 1e12, NULL):
        text = say(feature, value)
        assert text
        assert "{" not in text
        assert text == text.strip()
        assert "\n" not in text
        assert "null" not in text
    for name in ("one", "none", "null"):
        assert "nan" not in getattr(feature.phrases, name)


def test_a_class_of_a_shops_own_is_said_by_its_meaning():
    @dataclasses.dataclass(frozen=True)
    class Own(Feature):
        @property
        def meaning(self) -> str:
            return "how often they sing"

    assert say(Own(), 3) == "how often they sing: 3"
    assert say(Own(), np.nan) == "how often they sing: not known"


def test_fitted_columns_are_said():
    reasons = Reasons(tuple(PHRASES), {name: phrases.to_dict() for name, phrases in PHRASES.items()})
    assert reasons.say(0, 1.2) == "about 1.2 purchase days expected within the horizon, by the rhythm so far"
    assert reasons.say(1, 0.734) == "73% likely to be still a customer, by the rhythm so far"
    assert reasons.say(1, NULL) == "no rhythm of purchases to go by"
