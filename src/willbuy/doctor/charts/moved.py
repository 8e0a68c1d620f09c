"""Bars: the columns that lie elsewhere in the test than in training, by their stability index."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from willbuy.evaluation.report.charts.theme import EMBARGO, drawn_from, spec_of

ROW, MOST = 24, 12


def moved(columns: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The spec, from the proof of a `drift` finding: the columns that moved farthest first."""
    rows = [{**one, "said": f"{one['psi']:.2f}"} for one in columns[:MOST]]
    x = alt.X("psi:Q", title="population stability index", axis=alt.Axis(tickCount=6))
    y = alt.Y(
        "name:N", sort=[row["name"] for row in rows], title=None, axis=alt.Axis(labelLimit=260, grid=False)
    )
    base = drawn_from(rows)
    bars = base.mark_bar(color=EMBARGO, height=14, opacity=0.9, cornerRadiusEnd=2).encode(x=x, y=y)
    said = base.mark_text(align="left", dx=6, fontSize=12).encode(x=x, y=y, text="said:N")
    return spec_of(alt.layer(bars, said), height=max(ROW * len(rows), 60))
