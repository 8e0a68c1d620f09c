"""The simulated shop: visits, intents and the truth are the package's own; the rates are near those of REES46's public log.

That log (a multi-category shop, October and November 2019) has 109.95 M rows of 5.3 M visitors and 207 thousand products: 20.7
rows a visitor, 4.8 a session; 94.9 % views, 3.6 % carts, 1.5 % purchases; 13 % of the visitors buy.
"""

from datetime import datetime

from willbuy.events.simulation.presets import Content, Preset

START = datetime(2019, 10, 1)
DAYS = 69
"""Eight anchors a week apart, each with a week of log before it and a week after it."""

EVENTS_A_VISITOR = 20.45
"""Of this simulation; it has 95.9 % views, 3.2 % carts, 0.9 % purchases, and 12 % of the visitors buy."""

REES46 = Preset(
    name="rees46",  # type: ignore[arg-type]  # its log is not in the shape that `willbuy simulate` writes
    arrive=(0.50, 0.0, 0.38, 0.08, 0.04),
    after=(
        (0.50, 0.50, 0.0, 0.0),
        (0.0, 1.0, 0.0, 0.0),
        (0.08, 0.27, 0.60, 0.05),
        (0.05, 0.15, 0.30, 0.50),
        (0.05, 0.40, 0.25, 0.30),
    ),
    visit_rate=(0.0, 0.10, 0.30, 0.60),
    fall_rate=(0.0, 0.03, 0.10, 0.20),
    outcome=(
        (0.0, 0.0, 0.0, 0.0, 0.0),
        (0.0, 0.665, 0.30, 0.025, 0.01),
        (0.0, 0.29, 0.57, 0.09, 0.05),
        (0.0, 0.08, 0.37, 0.27, 0.28),
    ),
    pace=((0.79, 1.0), (0.15, 2.5), (0.05, 10.0), (0.01, 40.0)),
    content=(
        Content(views=1, more=1.2, wanted=0.2, cart=0.004, items=0.0),
        Content(views=1, more=2.5, wanted=0.3, cart=0.01, items=0.0),
        Content(views=2, more=5.0, wanted=0.5, cart=0.14, items=0.1),
        Content(views=2, more=5.5, wanted=0.6, cart=0.95, items=0.3),
        Content(views=1, more=4.0, wanted=0.6, cart=0.90, items=0.35),
    ),
    cart_again=0.2,
    visitors_per_item=25.7,
    zipf=0.75,
    visitors_per_bot=20_000,
)
