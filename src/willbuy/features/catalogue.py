"""The default features of a shop, by the kinds of events that its log holds."""

from collections.abc import Sequence

from willbuy.durations import Duration
from willbuy.errors import ShopError, did_you_mean
from willbuy.features.algebra import (
    Count,
    DaysSinceFirst,
    DaysSinceLast,
    Distinct,
    Feature,
    Ratio,
    Window,
    feature_from_spec,
)
from willbuy.features.feature_set import FeatureSet
from willbuy.features.local_time import LocalTime
from willbuy.features.sessions import SessionRule
from willbuy.shop import Shop

WINDOWS = ("1d", "7d", "30d")


def features_of(
    shop: Shop, kinds_present: Sequence[str], fields_present: Sequence[str] = ("item",)
) -> FeatureSet:
    """The feature set of a shop: its catalogue for the kinds and fields of the log, then what it adds and drops.

    Raises ShopError that names an unknown feature and the nearest right spelling.
    """
    chosen = [*_clicks(shop, tuple(kinds_present)), *(feature_from_spec(spec) for spec in shop.features.add)]
    names = [feature.name for feature in chosen]
    for name in shop.features.drop:
        if name not in names:
            raise ShopError(f"features.drop: {name!r} is no feature of this shop.{did_you_mean(name, names)}")
    kept = tuple(feature for feature in chosen if feature.name not in shop.features.drop)
    rule = SessionRule(shop.anchors.session_gap, "session" in fields_present)
    return FeatureSet(kept, LocalTime(shop.shop.zone), rule)


def _clicks(shop: Shop, kinds: tuple[str, ...]) -> list[Feature]:
    windows = [
        Window(span=span) for span in shop.features.windows or tuple(Duration.parse(text) for text in WINDOWS)
    ]
    found: list[Feature] = [Count((kind,), window) for window in windows for kind in kinds]
    found += [Distinct((kind,), windows[-1]) for kind in kinds]
    found += [DaysSinceLast((kind,)) for kind in kinds]
    found += [DaysSinceFirst()]
    if "view" in kinds and "cart" in kinds:
        found += [Ratio(Count(("cart",), window), Count(("view",), window)) for window in windows[1:]]
    return found
