"""The base rate at each place in a table's order, as bars in the colour of their part."""

from typing import Any

import altair as alt

from willbuy.evaluation.report.charts.theme import PARTS, drawn_from, percent_axis, percent_tip, spec_of
from willbuy.evaluation.result.rows import PeriodPoint

HEIGHT = 190
MOST = 60  # bars: of more places a chart shows nothing that a reader could name


def periods(points: list[PeriodPoint]) -> dict[str, Any]:
    """The spec: one bar a place, oldest first."""
    rows = [dict(point) for point in points]
    colours = alt.Scale(domain=list(PARTS), range=list(PARTS.values()))
    tips = [
        alt.Tooltip("name:N", title="when"),
        alt.Tooltip("part:N", title="part"),
        percent_tip("base_rate", "base rate"),
        alt.Tooltip("positives:Q", title="buyers", format=","),
        alt.Tooltip("n:Q", title="of", format=","),
    ]
    bars = (
        drawn_from(rows)
        .mark_bar(cornerRadiusEnd=2, opacity=0.85)
        .encode(
            x=alt.X(
                "name:N", sort=[point["name"] for point in points], title=None, axis=alt.Axis(labelAngle=0)
            ),
            y=alt.Y("base_rate:Q", axis=percent_axis(""), scale=alt.Scale(zero=True)),
            color=alt.Color("part:N", scale=colours, legend=None),
            tooltip=tips,
        )
    )
    return spec_of(bars, height=HEIGHT)
