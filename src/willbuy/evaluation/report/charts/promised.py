"""Two bars: what a shuffled split would have promised, and what the honest test gave."""

from typing import Any

import altair as alt

from willbuy.evaluation.report.charts.theme import RULE, TEST, drawn_from, spec_of
from willbuy.evaluation.result.metrics import Estimate

HEIGHT = 130
LABELS = ("shuffled rows", "the honest test")


def promised(pair: tuple[Estimate, Estimate], title: str) -> dict[str, Any]:
    """The spec. `pair`: promised, held."""
    rows = [
        {"name": name, **estimate, "said": f"{estimate['value']:.3f}"}
        for name, estimate in zip(LABELS, pair, strict=True)
    ]
    x = alt.X("value:Q", title=title, scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=6))
    y = alt.Y(
        "name:N", sort=list(LABELS), title=None, axis=alt.Axis(grid=False, labelLimit=190, labelFontSize=13)
    )
    colour = alt.Color("name:N", scale=alt.Scale(domain=list(LABELS), range=[RULE, TEST]), legend=None)
    base = drawn_from(rows)
    bars = base.mark_bar(height=34, cornerRadiusEnd=3, opacity=0.85).encode(x=x, y=y, color=colour)
    bounds = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=title), x2="high:Q", y=y)
    figures = base.mark_text(align="left", dx=8, fontSize=15, fontWeight=600).encode(
        x=alt.X("high:Q", title=title), y=y, text="said:N"
    )
    return spec_of(alt.layer(bars, bounds, figures), height=HEIGHT)
