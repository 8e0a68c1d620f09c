"""The algebra: a file an idea. Declarations only: how they are computed stands in `batch` and in `live`."""

from willbuy.features.algebra.count import Count
from willbuy.features.algebra.days_since_first import DaysSinceFirst
from willbuy.features.algebra.days_since_last import DaysSinceLast
from willbuy.features.algebra.distinct import Distinct
from willbuy.features.algebra.feature import Feature, Windowed, feature_from_spec, registry
from willbuy.features.algebra.ratio import Ratio
from willbuy.features.algebra.window import EVER, SESSION, Window

__all__ = [
    "EVER",
    "SESSION",
    "Count",
    "DaysSinceFirst",
    "DaysSinceLast",
    "Distinct",
    "Feature",
    "Ratio",
    "Window",
    "Windowed",
    "feature_from_spec",
    "registry",
]
