"""A heavy tail: how many have at least so much, both on scales where each step is ten times as much."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from willbuy.evaluation.report.charts.theme import drawn_from, spec_of
from willbuy.explore.charts.axes import count_axis

HEIGHT = 320


def tail(rows: Sequence[dict[str, Any]], colours: Mapping[str, str]) -> dict[str, Any]:
    """Rows of `at_least`, `visitors` and `name`; no number is below 1."""
    names = [name for name in colours if any(row["name"] == name for row in rows)]
    right = max(row["at_least"] for row in rows)
    top = max(row["visitors"] for row in rows)
    x = alt.X(
        "at_least:Q",
        title="at least so many",
        scale=alt.Scale(type="log", domain=[1, max(right, 2) * 1.1], nice=False),
        axis=count_axis(None, values=_ticks(right)),
    )
    y = alt.Y(
        "visitors:Q",
        title="visitors that have them",
        scale=alt.Scale(type="log", domain=[0.8, max(top, 2) * 1.2], nice=False),
        axis=count_axis(None, values=_ticks(top)),
    )
    colour = alt.Color("name:N", scale=alt.Scale(domain=names, range=[colours[name] for name in names]))
    tips = [
        alt.Tooltip("name:N", title="of"),
        alt.Tooltip("at_least:Q", title="at least", format=","),
        alt.Tooltip("visitors:Q", title="visitors", format=","),
        alt.Tooltip("share:Q", title="that is", format=".3~%"),
    ]
    base = drawn_from(list(rows)).encode(x=x, y=y, color=colour)
    line = base.mark_line(strokeWidth=2, interpolate="step-before")
    dots = base.mark_circle(size=36, opacity=0.9).encode(tooltip=tips)
    return spec_of(alt.layer(line, dots), height=HEIGHT)


def _ticks(top: float) -> list[int]:
    ticks = [digit * 10**power for power in range(8) for digit in (1, 2, 5)]
    every = [tick for tick in ticks if tick <= top * 1.1]
    return every if len(every) <= 7 else [tick for tick in every if str(tick).startswith("1")]
