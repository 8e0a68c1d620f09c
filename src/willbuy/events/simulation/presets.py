"""The numbers of the simulated shops. Rates are per business day (seven of them a week, see clock.py)."""

from dataclasses import dataclass
from typing import Literal

PresetName = Literal["retailrocket", "dense"]

GONE, IDLE, TEMPTED, WANTING = range(4)
STATES = ("gone", "idle", "tempted", "wanting")
"""A visitor's intent between visits. It falls silently, one step at a time; only a visit can raise it."""

FIRST, GLANCE, LOOK, CHOICE, BUY = range(5)
VISITS = ("first", "glance", "look", "choice", "buy")
"""What a visit shows: a passing first glance, a later glance, a look at one item, a choice (mostly a cart), a purchase."""

Row = tuple[float, ...]


@dataclass(frozen=True)
class Content:
    """What a visit of one kind holds.

    `views` is the least number of views, `more` the mean of those beyond it (geometric), `wanted` the share of the
    views that go to the wanted item, `cart` the probability of carting it when it is not in the cart already, `items`
    the mean number of further items that are carted with it (and bought with it, in a purchase).
    """

    views: int
    more: float
    wanted: float
    cart: float
    items: float


@dataclass(frozen=True)
class Preset:
    """A shop: who comes, how intent rises and falls, what visits show."""

    name: PresetName
    arrive: Row  # kind of the first visit, in the order of VISITS
    after: tuple[Row, ...]  # intent after a visit: a row per kind of visit, in the order of STATES
    visit_rate: Row  # visits per business day, by intent
    fall_rate: Row  # silent falls by one step, by intent
    outcome: tuple[Row, ...]  # kind of a later visit: a row per intent, in the order of VISITS
    pace: tuple[
        tuple[float, float], ...
    ]  # (share of visitors, factor on the idle visit rate): the heavy tail
    content: tuple[Content, ...]  # by kind of visit
    cart_again: float  # probability of carting the wanted item once more
    visitors_per_item: float
    zipf: float  # exponent of item popularity by rank
    visitors_per_bot: int
    gap_seconds: float = 40.0  # mean between two events of a visit
    gap_spread: float = 0.4  # sd of the log of a visit's own pace


RETAILROCKET = Preset(
    name="retailrocket",
    arrive=(0.9483, 0.0, 0.0380, 0.0116, 0.0021),
    after=(
        (0.880, 0.120, 0.0, 0.0),
        (0.000, 1.000, 0.0, 0.0),
        (0.300, 0.300, 0.400, 0.0),
        (0.100, 0.200, 0.200, 0.500),
        (0.020, 0.030, 0.100, 0.850),
    ),
    visit_rate=(0.0, 0.03, 0.25, 0.60),
    fall_rate=(0.0, 0.03, 0.15, 0.20),
    outcome=(
        (0.0, 0.0, 0.0, 0.0, 0.0),
        (0.0, 0.846, 0.130, 0.018, 0.006),
        (0.0, 0.260, 0.510, 0.170, 0.060),
        (0.0, 0.050, 0.210, 0.370, 0.370),
    ),
    pace=((0.70, 1.0), (0.24, 3.0), (0.055, 10.0), (0.005, 40.0)),
    content=(
        Content(views=1, more=0.20, wanted=0.0, cart=0.002, items=0.0),
        Content(views=1, more=0.55, wanted=0.0, cart=0.004, items=0.0),
        Content(views=2, more=1.30, wanted=0.5, cart=0.05, items=0.1),
        Content(views=2, more=1.60, wanted=0.6, cart=0.80, items=0.60),
        Content(views=1, more=1.50, wanted=0.6, cart=1.00, items=0.30),
    ),
    cart_again=0.15,
    visitors_per_item=6.5,
    zipf=0.75,
    visitors_per_bot=60_000,
)

DENSE = Preset(
    name="dense",
    arrive=(0.44, 0.0, 0.25, 0.23, 0.08),
    after=(
        (0.60, 0.40, 0.0, 0.0),
        (0.0, 1.0, 0.0, 0.0),
        (0.0, 0.0, 1.0, 0.0),
        (0.0, 0.0, 0.0, 1.0),
        (0.30, 0.55, 0.15, 0.0),
    ),
    visit_rate=(0.0, 0.10, 0.36, 0.95),
    fall_rate=(0.0, 0.06, 0.10, 0.10),
    outcome=(
        (0.0, 0.0, 0.0, 0.0, 0.0),
        (0.0, 0.45, 0.37, 0.13, 0.05),
        (0.0, 0.10, 0.35, 0.42, 0.13),
        (0.0, 0.00, 0.07, 0.45, 0.48),
    ),
    pace=((0.92, 1.0), (0.06, 2.5), (0.018, 8.0), (0.002, 40.0)),
    content=(
        Content(views=1, more=0.20, wanted=0.0, cart=0.003, items=0.0),
        Content(views=1, more=0.20, wanted=0.0, cart=0.003, items=0.0),
        Content(views=4, more=0.50, wanted=0.7, cart=0.03, items=0.0),
        Content(views=2, more=1.50, wanted=0.7, cart=0.96, items=0.1),
        Content(views=1, more=1.50, wanted=0.7, cart=1.00, items=0.3),
    ),
    cart_again=0.75,
    visitors_per_item=8.0,
    zipf=0.75,
    visitors_per_bot=20_000,
)

PRESETS: dict[str, Preset] = {preset.name: preset for preset in (RETAILROCKET, DENSE)}
