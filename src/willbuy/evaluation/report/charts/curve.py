"""A curve with its band and one line of reference: ROC, precision-recall and gain are drawn alike."""

from typing import Any

import altair as alt

from willbuy.evaluation.report.charts.theme import MODEL, RULE, drawn_from, percent_axis, percent_tip, spec_of
from willbuy.evaluation.report.curves import Point

HEIGHT = 300


def curve(points: list[Point], x: str, y: str, reference: list[tuple[float, float]]) -> dict[str, Any]:
    """The spec. `reference` are the corners of the line that blind guessing would draw."""
    rows = [dict(point) for point in points]
    across = alt.X("x:Q", axis=percent_axis(x, grid=False), scale=alt.Scale(domain=[0, 1]))
    up = alt.Y("y:Q", axis=percent_axis(y), scale=alt.Scale(domain=[0, 1], clamp=True))
    base = drawn_from(rows)
    tips = [
        percent_tip("x", x),
        percent_tip("y", y),
        percent_tip("low", "95 %: from"),
        percent_tip("high", "to"),
    ]
    band = base.mark_area(color=MODEL, opacity=0.22).encode(x=across, y=alt.Y("low:Q", title=y), y2="high:Q")
    line = base.mark_line(color=MODEL, strokeWidth=2.5).encode(x=across, y=up)
    hover = base.mark_point(size=160, opacity=0).encode(x=across, y=up, tooltip=tips)
    corners = [{"x": a, "y": b} for a, b in reference]
    blind = drawn_from(corners).mark_line(color=RULE, strokeDash=[5, 4]).encode(x=across, y=up)
    return spec_of(alt.layer(blind, band, line, hover), height=HEIGHT)
