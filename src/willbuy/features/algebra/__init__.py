"""The algebra: a file an idea. Declarations only: how they are computed stands in `batch` and in `live`."""

from willbuy.features.algebra.active_days import ActiveDays
from willbuy.features.algebra.anchor_hour import AnchorHour
from willbuy.features.algebra.anchor_weekday import AnchorWeekday
from willbuy.features.algebra.count import Count
from willbuy.features.algebra.days_since_first import DaysSinceFirst
from willbuy.features.algebra.days_since_last import DaysSinceLast
from willbuy.features.algebra.decayed import Decayed
from willbuy.features.algebra.distinct import Distinct
from willbuy.features.algebra.feature import Feature, Windowed, registry
from willbuy.features.algebra.gap import Gap
from willbuy.features.algebra.item_conversion import ItemConversion
from willbuy.features.algebra.item_fact import ItemFact
from willbuy.features.algebra.item_popularity import ItemPopularity
from willbuy.features.algebra.last import Last
from willbuy.features.algebra.maximum import Maximum
from willbuy.features.algebra.mean import Mean
from willbuy.features.algebra.open_carts import OpenCarts
from willbuy.features.algebra.ratio import Ratio
from willbuy.features.algebra.repeats import Repeats
from willbuy.features.algebra.session_pace import SessionPace
from willbuy.features.algebra.session_position import SessionPosition
from willbuy.features.algebra.session_seconds import SessionSeconds
from willbuy.features.algebra.sessions import Sessions
from willbuy.features.algebra.spec import feature_from_spec, feature_to_spec
from willbuy.features.algebra.total import Total
from willbuy.features.algebra.trend import Trend
from willbuy.features.algebra.window import EVER, SESSION, Window

__all__ = [
    "EVER",
    "SESSION",
    "ActiveDays",
    "AnchorHour",
    "AnchorWeekday",
    "Count",
    "DaysSinceFirst",
    "DaysSinceLast",
    "Decayed",
    "Distinct",
    "Feature",
    "Gap",
    "ItemConversion",
    "ItemFact",
    "ItemPopularity",
    "Last",
    "Maximum",
    "Mean",
    "OpenCarts",
    "Ratio",
    "Repeats",
    "SessionPace",
    "SessionPosition",
    "SessionSeconds",
    "Sessions",
    "Total",
    "Trend",
    "Window",
    "Windowed",
    "feature_from_spec",
    "feature_to_spec",
    "registry",
]
