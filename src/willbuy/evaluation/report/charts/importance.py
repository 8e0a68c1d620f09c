"""What the model loses when a feature's values are shuffled."""

from typing import Any

import altair as alt

from willbuy.evaluation.report.charts.theme import MODEL, drawn_from, spec_of
from willbuy.evaluation.result.model import FeatureResult

ROW = 26
MOST = 15


def importance(features: list[FeatureResult]) -> dict[str, Any]:
    """The spec, for features with an importance, the greatest first."""
    rows = [
        {"name": feature["name"], "meaning": feature["meaning"], **found}
        for feature in features
        if (found := feature.get("importance")) is not None and found["value"] is not None
    ]
    y = alt.Y(
        "name:N",
        sort=[str(row["name"]) for row in rows],
        title=None,
        axis=alt.Axis(labelLimit=240, grid=False),
    )
    title = "average precision lost"
    base = drawn_from(rows)
    tips = [
        alt.Tooltip("name:N", title="feature"),
        alt.Tooltip("meaning:N", title="meaning"),
        alt.Tooltip("value:Q", title=title, format=".4f"),
        alt.Tooltip("low:Q", title="from", format=".4f"),
        alt.Tooltip("high:Q", title="to", format=".4f"),
    ]
    x = alt.X("value:Q", title=title, axis=alt.Axis(tickCount=6))
    bars = base.mark_bar(color=MODEL, opacity=0.8, cornerRadiusEnd=2, height=14).encode(
        x=x, y=y, tooltip=tips
    )
    spread = base.mark_rule(strokeWidth=1.5, color="#7a808c").encode(
        x=alt.X("low:Q", title=title), x2="high:Q", y=y
    )
    return spec_of(alt.layer(bars, spread), height=ROW * len(rows))
