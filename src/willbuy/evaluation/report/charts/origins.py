"""The same procedure at several moments: one metric with its interval at each, and what blind guessing gives beneath."""

from typing import Any

import altair as alt

from willbuy.evaluation.report.charts.theme import MODEL, RULE, TEST, drawn_from, spec_of
from willbuy.evaluation.result.elsewhere import OriginPoint
from willbuy.evaluation.result.metrics import Estimate

HEIGHT = 240


def origins(points: list[OriginPoint], metric: str, title: str) -> dict[str, Any]:
    """The spec. The test stands last, in its own colour; the grey line is the base rate, or 0.5 for ROC-AUC."""
    rows = [_row(point, metric) for point in points]
    x = alt.X("when:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, grid=False, labelFontSize=12))
    y = alt.Y("value:Q", title=title, scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=5))
    colour = alt.condition("datum.test", alt.value(TEST), alt.value(MODEL))
    tips = [
        alt.Tooltip("when:N", title="tested at"),
        alt.Tooltip("value:Q", title=title, format=".4f"),
        alt.Tooltip("low:Q", title="95 %: from", format=".4f"),
        alt.Tooltip("high:Q", title="to", format=".4f"),
        alt.Tooltip("buyers:Q", title="buyers", format=","),
        alt.Tooltip("rows:Q", title="of", format=","),
    ]
    base = drawn_from(rows)
    layers: list[alt.Chart] = []
    if all(row["blind"] is not None for row in rows):
        blind = alt.Y("blind:Q", title=title)
        layers.append(base.mark_line(color=RULE, strokeDash=[5, 4]).encode(x=x, y=blind))
        layers.append(base.mark_circle(color=RULE, size=50, opacity=1).encode(x=x, y=blind))
    layers.append(base.mark_line(color=MODEL, strokeWidth=1, opacity=0.4).encode(x=x, y=y))
    layers.append(
        base.mark_rule(strokeWidth=3, opacity=0.55).encode(
            x=x, y=alt.Y("low:Q", title=title), y2="high:Q", color=colour
        )
    )
    layers.append(base.mark_circle(size=130, opacity=1).encode(x=x, y=y, color=colour, tooltip=tips))
    return spec_of(alt.layer(*layers), height=HEIGHT)


def _row(point: OriginPoint, metric: str) -> dict[str, Any]:
    figures = point["figures"]
    found: Estimate = figures[metric]  # type: ignore[literal-required]
    blind = {"average_precision": figures["base_rate"], "roc_auc": 0.5}.get(metric)
    when = (
        point["anchor"][:10] if point["anchor"][11:] == "00:00:00" else point["anchor"][:16].replace("T", " ")
    )
    return {
        "when": f"{when}, the test" if point["test"] else when,
        **found,
        "test": point["test"],
        "blind": blind,
        "buyers": figures["positives"],
        "rows": figures["n"],
    }
