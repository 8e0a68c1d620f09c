"""The profit over the share contacted, with its band, and where the threshold in use stands."""

from typing import Any

import altair as alt

from willbuy.evaluation.report.charts.theme import (
    MODEL,
    RULE,
    TEST,
    drawn_from,
    percent_axis,
    percent_tip,
    spec_of,
)
from willbuy.evaluation.result.decision import AtThreshold, ProfitPoint

HEIGHT = 300


def profit(curve: list[ProfitPoint], chosen: AtThreshold | None, title: str) -> dict[str, Any]:
    """The spec. Shares far beyond the best, where only losses grow, are left out."""
    shown = curve[: _end(curve)]
    rows = [{"x": point["share"], **point["profit"]} for point in shown]
    x = alt.X(
        "x:Q",
        axis=percent_axis("share contacted, best-scored first", grid=False),
        scale=alt.Scale(domain=[0, shown[-1]["share"]], nice=False),
    )
    y = alt.Y("value:Q", title=title, axis=alt.Axis(format="~s", tickCount=5), scale=alt.Scale(nice=True))
    base = drawn_from(rows)
    band = base.mark_area(color=MODEL, opacity=0.22).encode(x=x, y=alt.Y("low:Q", title=title), y2="high:Q")
    line = base.mark_line(color=MODEL, strokeWidth=2.5).encode(x=x, y=y)
    hover = base.mark_point(size=160, opacity=0).encode(x=x, y=y, tooltip=_tips("x", "value", title))
    nothing = drawn_from([{"value": 0}]).mark_rule(color=RULE, strokeDash=[5, 4]).encode(y=y)
    layers = [nothing, band, line, hover]
    if chosen is not None and chosen["profit"] and chosen["share"] <= shown[-1]["share"]:
        point = drawn_from([{"x": chosen["share"], **chosen["profit"]}])
        layers.append(
            point.mark_circle(color=TEST, size=130, opacity=1).encode(
                x=x, y=y, tooltip=_tips("x", "value", title)
            )
        )
    return spec_of(alt.layer(*layers), height=HEIGHT)


def _tips(share: str, value: str, title: str) -> list[alt.Tooltip]:
    return [
        percent_tip(share, "contacted"),
        alt.Tooltip(f"{value}:Q", title=title, format=",.2f"),
        alt.Tooltip("low:Q", title="95 %: from", format=",.2f"),
        alt.Tooltip("high:Q", title="to", format=",.2f"),
    ]


def _end(curve: list[ProfitPoint]) -> int:
    """How many points to draw: to the first that loses more than the best one earns."""
    values = [point["profit"]["value"] or 0.0 for point in curve]
    best = max(range(len(values)), key=lambda number: values[number])
    least = max(values[best], 0.0)
    beyond = (number for number in range(best + 1, len(values)) if values[number] < -least)
    return max(next(beyond, len(values)), min(len(values), best + 10))
