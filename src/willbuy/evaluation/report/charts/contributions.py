"""Which way each feature moved the scores, for which of its values: one point a row, one strip a feature."""

from typing import Any

import altair as alt

from willbuy.evaluation.report.charts.theme import drawn_from, spec_of
from willbuy.evaluation.result.model import FeatureResult

ROW = 30
LOW, HIGH, NULL = "#3f7fe0", "#e2703a", "#9a9fab"


def contributions(features: list[FeatureResult]) -> dict[str, Any]:
    """The spec, for features whose contribution has points, the greatest first."""
    names = [feature["name"] for feature in features]
    rows = [
        {"name": feature["name"], "jitter": (number * 0.618034) % 1 - 0.5, **point}
        for feature in features
        for number, point in enumerate(feature["contribution"]["points"])
    ]
    x = alt.X("contribution:Q", title="added to the log-odds", axis=alt.Axis(tickCount=8))
    points = (
        drawn_from(rows)
        .mark_circle(size=16, opacity=0.65)
        .encode(
            x=x,
            y=alt.Y(
                "name:N", sort=names, title=None, axis=alt.Axis(labelLimit=240, grid=True, gridOpacity=0.4)
            ),
            yOffset=alt.YOffset("jitter:Q", scale=alt.Scale(domain=[-0.8, 0.8])),
            color=alt.condition(
                "isValid(datum.rank)",
                alt.Color(
                    "rank:Q",
                    title="value among all rows",
                    scale=alt.Scale(domain=[0, 1], range=[LOW, HIGH]),
                    legend=alt.Legend(
                        orient="top",
                        values=[0, 1],
                        labelExpr="datum.value ? 'greatest' : 'least'",
                        title="its value",
                    ),
                ),
                alt.value(NULL),
            ),
            tooltip=[
                alt.Tooltip("name:N", title="feature"),
                alt.Tooltip("contribution:Q", title="added to the log-odds", format="+.3f"),
                alt.Tooltip("rank:Q", title="value’s place, 0 to 1", format=".2f"),
            ],
        )
    )
    zero = (
        drawn_from([{"zero": 0}])
        .mark_rule(color=NULL)
        .encode(x=alt.X("zero:Q", title="added to the log-odds"))
    )
    return spec_of(alt.layer(zero, points), height=ROW * len(names))
