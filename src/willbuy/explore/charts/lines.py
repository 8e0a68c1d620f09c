"""Lines over time, each named by its colour; and points with their intervals over numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from willbuy.evaluation.report.charts.theme import drawn_from, percent_axis, percent_tip, spec_of
from willbuy.explore.charts.axes import count_axis, time_axis
from willbuy.explore.charts.colours import BLUE, VERMILION

HEIGHT = 220
LOG_TICKS = [0, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000]


def over_time(
    rows: Sequence[dict[str, Any]], colours: Mapping[str, str], y_title: str, *, tenfold: bool = False
) -> dict[str, Any]:
    """Rows of `at` (local time as ISO text), `name` and `value`. With `tenfold`, each step up is ten times as much."""
    present = [name for name in colours if any(row["name"] == name for row in rows)]
    scale = alt.Scale(type="symlog", constant=1) if tenfold else alt.Scale(zero=True)
    axis = count_axis(None, values=LOG_TICKS) if tenfold else count_axis(None)
    x = alt.X("at:T", title=None, axis=time_axis([row["at"] for row in rows]))
    colour = alt.Color(
        "name:N",
        scale=alt.Scale(domain=present, range=[colours[name] for name in present]),
        legend=alt.Legend(symbolType="stroke", symbolStrokeWidth=3) if len(present) > 1 else None,
    )
    tips = [
        alt.Tooltip("at:T", title="from", format="%a %Y-%m-%d %H:%M"),
        alt.Tooltip("name:N", title=" "),
        alt.Tooltip("value:Q", title=y_title, format=","),
    ]
    base = drawn_from(list(rows)).encode(
        x=x, y=alt.Y("value:Q", title=y_title, scale=scale, axis=axis), color=colour
    )
    few = len({row["at"] for row in rows}) <= 40
    layers = [
        base.mark_line(strokeWidth=1.8, point={"size": 30} if few else False),
        base.mark_point(size=90, opacity=0).encode(tooltip=tips),
    ]
    return spec_of(alt.layer(*layers), height=HEIGHT)


def shares_over_time(rows: Sequence[dict[str, Any]], y_title: str) -> dict[str, Any]:
    """Rows of `at`, `rate`, `low` and `high`, shares of 1: a line and its band."""
    x = alt.X("at:T", title=None, axis=time_axis([row["at"] for row in rows]))
    base = drawn_from(list(rows))
    tips = [
        alt.Tooltip("at:T", title="day", format="%a %Y-%m-%d"),
        percent_tip("rate", y_title),
        percent_tip("low", "95 %: from"),
        percent_tip("high", "to"),
        alt.Tooltip("of:Q", title="of", format=","),
    ]
    y = alt.Y("rate:Q", axis=percent_axis(y_title), scale=alt.Scale(zero=True))
    band = base.mark_area(color=VERMILION, opacity=0.2).encode(
        x=x, y=alt.Y("low:Q", title=y_title), y2="high:Q"
    )
    line = base.mark_line(color=VERMILION, strokeWidth=1.8).encode(x=x, y=y)
    hover = base.mark_point(size=90, opacity=0).encode(x=x, y=y, tooltip=tips)
    return spec_of(alt.layer(band, line, hover), height=HEIGHT)


def stacked_over_time(
    rows: Sequence[dict[str, Any]], colours: Mapping[str, str], y_title: str
) -> dict[str, Any]:
    """Rows of `at`, `name` and `value`, standing on each other."""
    names = list(colours)
    bars = (
        drawn_from([{**row, "order": names.index(row["name"])} for row in rows])
        .mark_bar()
        .encode(
            x=alt.X(
                "at:O",
                title="week that begins on",
                axis=alt.Axis(grid=False, labelOverlap="greedy", labelAngle=0),
            ),
            y=alt.Y("value:Q", title=y_title, axis=count_axis(None)),
            color=alt.Color("name:N", scale=alt.Scale(domain=names, range=list(colours.values()))),
            order=alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("at:O", title="week that begins on"),
                alt.Tooltip("name:N", title=" "),
                alt.Tooltip("value:Q", title=y_title, format=","),
            ],
        )
    )
    return spec_of(bars, height=HEIGHT)


def points(
    rows: Sequence[dict[str, Any]],
    x_title: str,
    y_title: str,
    unknown: Sequence[str] = (),
    *,
    narrow: bool = False,
) -> dict[str, Any]:
    """Rows of `name`, `rate`, `low`, `high`, `hits` and `of`: shares of 1 with their intervals, from left to right.

    The names in `unknown` come after them, with a question mark in place of a point. In a `narrow` place long names are turned.
    """
    names = [*(row["name"] for row in rows), *unknown]
    crowded = narrow and max(map(len, names)) * len(names) > 70
    turned = {"labelAngle": -35} if crowded else {"labelAngle": 0, "labelOverlap": "greedy"}
    axis = alt.Axis(title=x_title or None, grid=False, labelLimit=150, **turned)
    x = alt.X("name:N", sort=names, axis=axis)
    y = alt.Y("rate:Q", axis=percent_axis(y_title), scale=alt.Scale(zero=True))
    tips = [
        alt.Tooltip("name:N", title=x_title or " "),
        percent_tip("rate", y_title),
        percent_tip("low", "95 %: from"),
        percent_tip("high", "to"),
        alt.Tooltip("hits:Q", title="these", format=","),
        alt.Tooltip("of:Q", title="of", format=","),
    ]
    base = drawn_from(list(rows))
    spread = base.mark_rule(strokeWidth=3, opacity=0.5, color=BLUE).encode(
        x=x, y=alt.Y("low:Q", title=y_title), y2="high:Q"
    )
    dots = base.mark_circle(size=90, opacity=1, color=BLUE).encode(x=x, y=y, tooltip=tips)
    layers = [spread, dots]
    if unknown:
        asked = drawn_from([{"name": name, "rate": 0, "mark": "?"} for name in unknown])
        layers.append(asked.mark_text(fontSize=15, baseline="bottom", dy=-4).encode(x=x, y=y, text="mark:N"))
    return spec_of(alt.layer(*layers), height=HEIGHT)
