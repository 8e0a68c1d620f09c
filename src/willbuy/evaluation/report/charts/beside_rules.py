"""The model and the rules in one metric: a dot and its interval each, and a line where blind guessing stands."""

from collections.abc import Mapping
from typing import Any

import altair as alt

from willbuy.evaluation.report.charts.theme import MODEL, RULE, drawn_from, spec_of
from willbuy.evaluation.result.metrics import Estimate

ROW = 38


def beside_rules(figures: Mapping[str, Estimate], title: str, blind: float | None) -> dict[str, Any]:
    """The spec. The first of `figures` is the model."""
    names = list(figures)
    rows = [{"name": name, **estimate, "model": name == names[0]} for name, estimate in figures.items()]
    x = alt.X(
        "value:Q", title=title, scale=alt.Scale(zero=False, nice=True, padding=12), axis=alt.Axis(tickCount=6)
    )
    y = alt.Y("name:N", sort=names, title=None, axis=alt.Axis(labelLimit=190, grid=False))
    colour = alt.condition("datum.model", alt.value(MODEL), alt.value(RULE))
    base = drawn_from(rows)
    tips = [
        alt.Tooltip("name:N", title="score"),
        alt.Tooltip("value:Q", title=title, format=".4f"),
        alt.Tooltip("low:Q", title="95 %: from", format=".4f"),
        alt.Tooltip("high:Q", title="to", format=".4f"),
    ]
    layers: list[alt.Chart] = []
    if blind is not None:
        line = drawn_from([{"value": blind}])
        layers.append(line.mark_rule(color=RULE, strokeDash=[5, 4]).encode(x=x))
    layers.append(
        base.mark_rule(strokeWidth=3, opacity=0.55).encode(
            x=alt.X("low:Q", title=title), x2="high:Q", y=y, color=colour
        )
    )
    layers.append(base.mark_circle(size=110, opacity=1).encode(x=x, y=y, color=colour, tooltip=tips))
    return spec_of(alt.layer(*layers), height=ROW * len(names))


def height(figures: Mapping[str, Estimate]) -> int:
    """How high the chart is, in pixels."""
    return ROW * len(figures)
