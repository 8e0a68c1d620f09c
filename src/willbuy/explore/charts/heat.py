"""A heat map: rows by columns, the value as colour."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from willbuy.evaluation.report.charts.theme import drawn_from, spec_of
from willbuy.explore.charts.axes import LABEL
from willbuy.explore.charts.colours import DIVERGING, EVEN

ROW = 30
SMALL_ROW = 17


def heat(
    rows: Sequence[dict[str, Any]],
    across: Sequence[Any],
    down: Sequence[str],
    titles: tuple[str, str | None, str],
    *,
    share: bool = False,
) -> dict[str, Any]:
    """Rows of `x`, `y`, `value` and `text`; a place without a row stays empty. With `share`, values are shares of 1."""
    x_title, y_title, title = titles
    form = ".1~%" if share else ",.4~g"
    x = alt.X(
        "x:O",
        scale=alt.Scale(domain=list(across)),
        title=x_title,
        axis=alt.Axis(labelAngle=0, grid=False, labelOverlap="greedy"),
    )
    y = alt.Y(
        "y:N", scale=alt.Scale(domain=list(down)), title=y_title, axis=alt.Axis(grid=False, labelLimit=180)
    )
    scale = alt.Scale(scheme=EVEN, domain=[0, 1]) if share else alt.Scale(scheme=EVEN, domainMin=0)
    colour = alt.Color(
        "value:Q",
        scale=scale,
        legend=alt.Legend(
            title=title,
            gradientLength=180,
            labelExpr="format(datum.value, '.0%')" if share else LABEL,
            tickCount=4,
        ),
    )
    tips = [
        alt.Tooltip("y:N", title=y_title or " "),
        alt.Tooltip("x:O", title=x_title),
        alt.Tooltip("value:Q", title=title, format=form),
        alt.Tooltip("text:N", title=" "),
    ]
    base = drawn_from(list(rows))
    cells = base.mark_rect().encode(x=x, y=y, color=colour, tooltip=tips)
    spec = spec_of(cells, height=heat_height(down))
    spec["config"]["legend"]["title"] = title
    return spec


def heat_height(down: Sequence[str], row: int = ROW) -> int:
    """How high the map is, in pixels."""
    return row * max(len(down), 1)


def square(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> dict[str, Any]:
    """Correlations of `names` with each other: rows of `x`, `y`, `value` (-1 to 1) and `which`."""
    x = alt.X(
        "x:N",
        sort=list(names),
        title=None,
        axis=alt.Axis(labelAngle=-90, grid=False, labelLimit=260, labelFontSize=10),
    )
    y = alt.Y(
        "y:N", sort=list(names), title=None, axis=alt.Axis(grid=False, labelLimit=260, labelFontSize=10)
    )
    colour = alt.Color(
        "value:Q",
        scale=alt.Scale(scheme=DIVERGING, domain=[-1, 1]),
        legend=alt.Legend(title="correlation", gradientLength=220, values=[-1, -0.5, 0, 0.5, 1]),
    )
    tips = [
        alt.Tooltip("y:N", title="one"),
        alt.Tooltip("x:N", title="other"),
        alt.Tooltip("value:Q", title="correlation", format=".2f"),
        alt.Tooltip("which:N", title=" "),
    ]
    cells = drawn_from(list(rows)).mark_rect().encode(x=x, y=y, color=colour, tooltip=tips)
    return spec_of(cells, height=square_height(names))


def square_height(names: Sequence[str]) -> int:
    """How high that map is, in pixels."""
    return max(SMALL_ROW * len(names), 120)
