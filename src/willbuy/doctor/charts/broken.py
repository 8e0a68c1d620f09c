"""Two lines over time: how many of the buyers, and of the others, lack a column. Where it breaks, it shows."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from willbuy.evaluation.report.charts.theme import MODEL, RULE, drawn_from, percent_axis, percent_tip, spec_of

HEIGHT = 240
SIDES = {"buyers": "of those that bought", "others": "of the others"}


def broken(by_period: Sequence[dict[str, Any]], column: str) -> dict[str, Any]:
    """The spec, from the proof of a `known_when` finding."""
    rows = [
        {
            "period": one["period"],
            "side": said,
            "share": one[f"{side}_without"] / one[side],
            "without": one[f"{side}_without"],
            "of": one[side],
        }
        for one in by_period
        for side, said in SIDES.items()
        if one[side]
    ]
    order = [one["period"] for one in by_period]
    x = alt.X("period:O", sort=order, title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True))
    y = alt.Y(
        "share:Q", axis=percent_axis(f"share whose {column} is 0 or missing"), scale=alt.Scale(domain=[0, 1])
    )
    colour = alt.Color("side:N", scale=alt.Scale(domain=list(SIDES.values()), range=[MODEL, RULE]))
    tips = [
        alt.Tooltip("period:N", title="period"),
        percent_tip("share", "without it"),
        alt.Tooltip("without:Q", title="rows without it"),
        alt.Tooltip("of:Q", title="of rows"),
    ]
    base = drawn_from(rows).encode(x=x, y=y, color=colour, tooltip=tips)
    return spec_of(
        alt.layer(base.mark_line(strokeWidth=2.5), base.mark_point(filled=True, size=60, opacity=1)),
        height=HEIGHT,
    )
