"""How the probabilities are spread: how many rows each bar holds, and where the threshold stands."""

from typing import Any

import altair as alt
import numpy as np

from willbuy.evaluation.report.charts.theme import (
    MODEL,
    TEST,
    drawn_from,
    percent_axis,
    percent_tip,
    spec_of,
    square_root_ticks,
)
from willbuy.evaluation.resample import Floats

HEIGHT = 320
BARS = 40


def scores(p: Floats, threshold: float) -> dict[str, Any]:
    """The spec: a histogram on a square-root scale of probability."""
    top = float(max(p.max(), threshold)) or 1.0
    edges = np.linspace(0, np.sqrt(min(top * 1.02, 1.0)), BARS + 1) ** 2
    edges[-1] = max(edges[-1], float(p.max()))
    held = np.histogram(p, edges)[0]
    rows = [
        {
            "low": round(float(edges[i]), 8),
            "high": round(float(edges[i + 1]), 8),
            "rows": int(held[i]),
            "floor": 0,
        }
        for i in range(BARS)
        if held[i]
    ]
    scale = alt.Scale(type="sqrt", domain=[0, float(edges[-1])], nice=False)
    x = alt.X(
        "low:Q",
        scale=scale,
        axis=percent_axis("probability", grid=False, values=square_root_ticks(float(edges[-1]))),
    )
    y = alt.Y("rows:Q", title="rows", axis=alt.Axis(format="~s", tickCount=4))
    tips = [
        percent_tip("low", "from"),
        percent_tip("high", "to"),
        alt.Tooltip("rows:Q", title="rows", format=","),
    ]
    bars = (
        drawn_from(rows)
        .mark_rect(color=MODEL, opacity=0.75)
        .encode(x=x, x2="high:Q", y=y, y2="floor:Q", tooltip=tips)
    )
    line = drawn_from([{"low": threshold}]).mark_rule(color=TEST, strokeWidth=2).encode(x=x)
    return spec_of(alt.layer(bars, line), height=HEIGHT)
