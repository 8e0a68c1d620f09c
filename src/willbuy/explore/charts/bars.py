"""Bars with their numbers written at their ends: one a name, lying, or one a name, standing."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from willbuy.evaluation.report.charts.theme import drawn_from, percent_axis, spec_of
from willbuy.explore.charts.axes import count_axis
from willbuy.explore.charts.colours import BLUE

ROW = 40
HEIGHT = 220


def lying(
    rows: Sequence[dict[str, Any]], title: str, *, share: bool = False, room: float = 1.3
) -> dict[str, Any]:
    """Rows of `name`, `value` and `text`, from top to bottom; with `share`, values are shares of 1.

    `room` is how much wider the chart is than its longest bar, for the texts at their ends.
    """
    names = [row["name"] for row in rows]
    top = 1.0 if share else max([row["value"] for row in rows], default=1) or 1
    axis = percent_axis(title, values=[0, 0.25, 0.5, 0.75, 1]) if share else count_axis(title, tickCount=5)
    x = alt.X("value:Q", axis=axis, scale=alt.Scale(domain=[0, top * room], nice=False))
    y = alt.Y("name:N", sort=names, title=None, axis=alt.Axis(grid=False, labelLimit=220))
    base = drawn_from(list(rows))
    bars = base.mark_bar(color=BLUE, cornerRadiusEnd=2, height=20).encode(x=x, y=y)
    texts = base.mark_text(align="left", dx=6, fontSize=12).encode(x=x, y=y, text="text:N")
    return spec_of(alt.layer(bars, texts), height=lying_height(rows))


def lying_height(rows: Sequence[Any]) -> int:
    """How high that chart is, in pixels."""
    return ROW * max(len(rows), 1)


def standing(
    rows: Sequence[dict[str, Any]], x_title: str, y_title: str, *, spans: bool = False
) -> dict[str, Any]:
    """Rows of `name` and `value`, from left to right, as a histogram is drawn.

    With `spans`, bars go on from one to the next and each is named by where it begins: a few of the names are enough.
    """
    names = [row["name"] for row in rows]
    turned: dict[str, Any] = {"labelAngle": -35}
    if spans:
        turned = {"labelAngle": 0, "values": names[:: max(1, -(-len(names) // 7))]}
    elif max(map(len, names)) * len(names) <= 70:
        turned = {"labelAngle": 0}
    axis = alt.Axis(title=x_title, grid=False, labelOverlap=False, **turned)
    x = alt.X("name:N", sort=names, axis=axis, scale=alt.Scale(paddingInner=0.12))
    y = alt.Y("value:Q", title=y_title, axis=count_axis(None))
    tips = [alt.Tooltip("name:N", title=x_title), alt.Tooltip("value:Q", title=y_title, format=",")]
    bars = drawn_from(list(rows)).mark_bar(color=BLUE, cornerRadiusEnd=1).encode(x=x, y=y, tooltip=tips)
    return spec_of(bars, height=HEIGHT)


def ranges(rows: Sequence[dict[str, Any]], y_title: str) -> dict[str, Any]:
    """Rows of `name`, `value`, `low` and `high`: a bar, and a line from the least to the most."""
    names = [row["name"] for row in rows]
    x = alt.X("name:N", sort=names, title=None, axis=alt.Axis(grid=False, labelAngle=0))
    y = alt.Y("value:Q", title=y_title, axis=count_axis(None))
    tips = [
        alt.Tooltip("name:N", title="weekday"),
        alt.Tooltip("value:Q", title="mean", format=",.1f"),
        alt.Tooltip("low:Q", title="least", format=","),
        alt.Tooltip("high:Q", title="most", format=","),
        alt.Tooltip("days:Q", title="days"),
    ]
    base = drawn_from(list(rows))
    bars = base.mark_bar(color=BLUE, cornerRadiusEnd=2).encode(x=x, y=y, tooltip=tips)
    spread = base.mark_rule(strokeWidth=1.5, color="#5c6472").encode(
        x=x, y=alt.Y("low:Q", title=y_title), y2="high:Q"
    )
    return spec_of(alt.layer(bars, spread), height=HEIGHT)
