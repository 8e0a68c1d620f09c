"""The recipe of RetailTech's customer sessions: engagement, basket intensity, and four behavioural segments.

A segment answers two questions, each against the medians of the fitted rows:

                                   basket below the median    a basket at the median or above
    time or pages below median     casual_browser             focused_shopper
    both at the median or above    window_shopper             high_engagement

An empty basket is below the median, whatever the median is.
"""

from collections.abc import Sequence

import numpy as np

from willbuy.models.prepare.recipes.arithmetic import per_one_more, ratio
from willbuy.models.prepare.recipes.protocol import Engineered, Label, Number, Recipe, Source, Sources
from willbuy.models.rows import Floats

TIME, PAGES, BASKET = "time_spent", "pages_viewed", "basket_value"
SEGMENTS = ("casual_browser", "focused_shopper", "window_shopper", "high_engagement")


def _fit_engagement(sources: Sources, names: Sequence[str]) -> Floats:
    """Of each column the least known value and the range."""
    found = []
    for name in names:
        known = sources.number(name)
        known = known[~np.isnan(known)]
        least, spread = (known.min(), known.max() - known.min()) if len(known) else (0.0, 1.0)
        found += [least, spread if spread > 0 else 1.0]
    return np.array(found, dtype=np.float64)


def _engagement(sources: Source[Number], names: Sequence[str], learnt: Floats) -> Number:
    low: list[float] = learnt[0::2].tolist()
    spread: list[float] = learnt[1::2].tolist()
    time, pages = ((sources.number(name) - low[i]) / spread[i] for i, name in enumerate(names))
    return (time + pages) / 2.0


def _fit_segment(sources: Sources, names: Sequence[str]) -> Floats:
    """The medians; a column without a value has the median 0."""
    known = (sources.number(name) for name in names)
    return np.array([np.median(c[~np.isnan(c)]) if not np.isnan(c).all() else 0.0 for c in known])


def _segment(sources: Sources, names: Sequence[str], learnt: Floats) -> Floats:
    time, pages, basket = (sources.number(name) for name in names)
    engaged = (time >= learnt[0]) & (pages >= learnt[1])
    filled = (basket >= learnt[2]) & (basket > 0)
    unknown = np.isnan(time) | np.isnan(pages) | np.isnan(basket)
    return np.where(unknown, np.nan, 2.0 * engaged + filled)


RETAILTECH = Recipe(
    "retailtech",
    "customer sessions with time, pages and a basket's value",
    (
        Engineered(
            "engagement_score",
            "mean of time and pages, each from 0 at the least to 1 at the greatest fitted value",
            (TIME, PAGES),
            _engagement,
            _fit_engagement,
        ),
        ratio("basket_intensity", "basket value by pages and one", BASKET, PAGES, per_one_more),
    ),
    (
        Label(
            "segment",
            "behaviour: time and pages, and the basket, against the fitted medians",
            (TIME, PAGES, BASKET),
            SEGMENTS,
            _segment,
            _fit_segment,
        ),
    ),
)
