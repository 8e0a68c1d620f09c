"""Generated configurations: which features, asked of whom and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from features.pool import POOL
from features.random_log import SECONDS, START
from willbuy.features.feature_set import FeatureSet
from willbuy.features.local_time import LocalTime
from willbuy.features.sessions import SessionRule
from willbuy.shop import Shop

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia")
POPULATIONS: tuple[dict[str, Any], ...] = (
    {"active_within": "7d"},
    {"active_within": "36h", "kind": "view"},
    {"ever": True},
    {"kind": "purchase", "ever": True},
)


@dataclass(frozen=True)
class Configuration:
    """A task over a feature set: of a horizon at some moments, or inside sessions, where `moments` are None."""

    features: FeatureSet
    within: str
    population: dict[str, Any]
    moments: tuple[datetime, ...] | None

    def shop(self, shop: Shop) -> Shop:
        """A shop with this task; its tables are those that it has."""
        asked = {"target": {"within": self.within}, "population": self.population}
        own = {"zone": self.features.clock.zone}
        given = shop.model_dump(exclude_unset=True)
        return Shop.model_validate(
            {**given, **asked, "shop": {**given.get("shop", {}), **own}, "folder": shop.folder}
        )


@st.composite
def configurations(draw: st.DrawFn) -> Configuration:
    """Three to ten features of the pool, which holds every class of the algebra."""
    features = tuple(draw(st.lists(st.sampled_from(POOL), min_size=3, max_size=10, unique=True)))
    zone, own_ids = draw(st.sampled_from(ZONES)), draw(st.booleans())
    in_sessions = draw(st.integers(0, 3)) == 0
    return Configuration(
        FeatureSet(features, LocalTime(zone), SessionRule(own_ids=own_ids)),
        "session" if in_sessions else draw(st.sampled_from(["1d", "36h", "3d"])),
        draw(st.sampled_from(POPULATIONS)),
        None if in_sessions else draw(_moments()),
    )


@st.composite
def _moments(draw: st.DrawFn) -> tuple[datetime, ...]:
    """One to three moments inside the log, some of them midnights of UTC, some of them within a second of an event."""
    seconds = draw(st.lists(st.integers(86_400, SECONDS), min_size=1, max_size=3, unique=True))
    found = []
    for second in seconds:
        whole = second - second % draw(st.sampled_from([1, 60, 86_400]))
        found.append(START + timedelta(seconds=whole, microseconds=draw(st.sampled_from([0, 0, 1, -1]))))
    return tuple(sorted(set(found)))
