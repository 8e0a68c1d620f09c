"""The time axis of the test: the base rate at each anchor, and below it which label window belongs to which part."""

from datetime import datetime, timedelta
from typing import Any

import altair as alt

from willbuy.evaluation.report.charts.theme import PARTS, RULE, drawn_from, percent_axis, percent_tip, spec_of
from willbuy.evaluation.result.rows import AnchorPoint

RATE_HEIGHT = 180
MANY = 40  # points: more of them are drawn smaller
_ROW = 30
_MARGIN = 84  # of both charts, so that their time axes stand above each other
_COLOURS = alt.Scale(domain=list(PARTS), range=list(PARTS.values()))


def base_rate(anchors: list[AnchorPoint], horizon: timedelta) -> dict[str, Any]:
    """The base rate at each matured anchor."""
    rows = [dict(anchor) for anchor in anchors if anchor["base_rate"] is not None]
    x = alt.X(
        "anchor:T",
        title=None,
        scale=_domain(anchors, horizon),
        axis=alt.Axis(grid=False, labelOverlap=True, tickCount=6),
    )
    y = alt.Y(
        "base_rate:Q",
        axis=percent_axis("", minExtent=_MARGIN, maxExtent=_MARGIN),
        scale=alt.Scale(zero=True),
    )
    base = drawn_from(rows)
    tips = [
        alt.Tooltip("anchor:T", title="anchor", format="%Y-%m-%d %H:%M"),
        alt.Tooltip("part:N", title="part"),
        percent_tip("base_rate", "base rate"),
        alt.Tooltip("positives:Q", title="buyers", format=","),
        alt.Tooltip("n:Q", title="of", format=","),
    ]
    line = base.mark_line(color=RULE, strokeWidth=1.5).encode(x=x, y=y)
    dots = base.mark_circle(size=110 if len(rows) <= MANY else 30, opacity=1).encode(
        x=x, y=y, color=alt.Color("part:N", scale=_COLOURS, legend=None), tooltip=tips
    )
    return spec_of(alt.layer(line, dots), height=RATE_HEIGHT)


def split(anchors: list[AnchorPoint], horizon: timedelta) -> dict[str, Any]:
    """Each anchor's label window as a bar, in the row of its part."""
    rows = [
        {
            "anchor": a["anchor"],
            "end": (datetime.fromisoformat(a["anchor"]) + horizon).isoformat(),
            "part": a["part"],
        }
        for a in anchors
    ]
    present = [part for part in PARTS if any(row["part"] == part for row in rows)]
    x = alt.X(
        "anchor:T",
        title=None,
        scale=_domain(anchors, horizon),
        axis=alt.Axis(grid=False, labelOverlap=True, tickCount=6),
    )
    y = alt.Y("part:N", sort=present, title=None, axis=alt.Axis(minExtent=_MARGIN, maxExtent=_MARGIN))
    colour = alt.Color("part:N", scale=_COLOURS, legend=None)
    tips = [
        alt.Tooltip("part:N", title="part"),
        alt.Tooltip("anchor:T", title="anchor", format="%Y-%m-%d %H:%M"),
        alt.Tooltip("end:T", title="label window ends", format="%Y-%m-%d %H:%M"),
    ]
    base = drawn_from(rows)
    bars = base.mark_bar(height=16, cornerRadius=2, opacity=0.85, stroke="transparent").encode(
        x=x, x2="end:T", y=y, color=colour, tooltip=tips
    )
    starts = base.mark_tick(thickness=2, size=24, opacity=1).encode(x=x, y=y, color=colour)
    return spec_of(alt.layer(bars, starts), height=_ROW * len(present))


def split_height(anchors: list[AnchorPoint]) -> int:
    """How high the split's chart is, in pixels."""
    return _ROW * len({anchor["part"] for anchor in anchors})


def _domain(anchors: list[AnchorPoint], horizon: timedelta) -> alt.Scale:
    moments = [datetime.fromisoformat(anchor["anchor"]) for anchor in anchors]
    pad = max((max(moments) - min(moments)) * 0.02, horizon * 0.1)
    return alt.Scale(domain=[_wall(min(moments) - pad), _wall(max(moments) + horizon + pad)])


def _wall(moment: datetime) -> dict[str, Any]:
    """A moment as its UTC clock reads. Axis and data alike carry no zone, so a reader anywhere sees UTC."""
    return {
        "year": moment.year,
        "month": moment.month,
        "date": moment.day,
        "hours": moment.hour,
        "minutes": moment.minute,
    }
