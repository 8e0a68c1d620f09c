"""Bars: how well each column alone tells the buyers, beside the borders from which that is suspicious."""

from collections.abc import Mapping
from typing import Any

import altair as alt

from willbuy.evaluation.report.charts.theme import MODEL, RULE, TEST, drawn_from, spec_of

ROW = 24
TITLE = "ROC-AUC of the column alone"


def alone(values: Mapping[str, float], warn: float, leak: float) -> dict[str, Any]:
    """The spec, for columns with the highest ROC-AUC first. A bar begins at 0.5: a coin."""
    rows = [
        {"name": name, "auc": value, "from": 0.5, "said": f"{value:.3f}", "high": value >= warn}
        for name, value in values.items()
    ]
    scale = alt.Scale(domain=[0.5, 1.02], nice=False, zero=False)
    axis = alt.Axis(values=[0.5, 0.6, 0.7, 0.8, 0.9, 1.0], format=".1f")
    x, at = (alt.X(f"{field}:Q", title=TITLE, scale=scale, axis=axis) for field in ("auc", "at"))
    y = alt.Y("name:N", sort=list(values), title=None, axis=alt.Axis(labelLimit=260, grid=False))
    colour = alt.Color("high:N", scale=alt.Scale(domain=[False, True], range=[MODEL, TEST]), legend=None)
    base = drawn_from(rows)
    bars = base.mark_bar(height=14, opacity=0.85, cornerRadiusEnd=2).encode(
        x=x, x2="from:Q", y=y, color=colour
    )
    said = base.mark_text(align="left", dx=6, fontSize=12).encode(x=x, y=y, text="said:N")
    borders = (
        drawn_from([{"at": warn}, {"at": leak}])
        .mark_rule(strokeDash=[4, 4], color=RULE, strokeWidth=1.5)
        .encode(x=at)
    )
    return spec_of(alt.layer(borders, bars, said), height=max(ROW * len(rows), 80))
