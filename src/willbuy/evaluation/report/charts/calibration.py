"""Predicted against actual, a point a bin, each with its interval: on the diagonal, 10 % is right one time in ten."""

from typing import Any

import altair as alt

from willbuy.evaluation.report.charts.theme import (
    MODEL,
    RULE,
    drawn_from,
    percent_axis,
    percent_tip,
    spec_of,
    square_root_ticks,
)
from willbuy.evaluation.result.metrics import CalibrationBin

HEIGHT = 320


def calibration(bins: list[CalibrationBin]) -> dict[str, Any]:
    """The spec. Both axes have a square-root scale: rates of buying crowd near 0."""
    rows = [
        {
            "predicted": one["predicted"],
            "actual": one["actual"]["value"],
            "low": one["actual"]["low"],
            "high": one["actual"]["high"],
            "rows": one["n"],
            "buyers": one["positives"],
        }
        for one in bins
    ]
    top = max(max(one["predicted"], one["actual"]["high"] or 0.0) for one in bins)
    domain = [0.0, min(1.0, max(top, 1e-6) * 1.08)]
    ticks = square_root_ticks(domain[1])
    scale = alt.Scale(type="sqrt", domain=domain, nice=False)
    x = alt.X(
        "predicted:Q", scale=scale, axis=percent_axis("predicted probability", grid=False, values=ticks)
    )
    y = alt.Y("actual:Q", scale=scale, axis=percent_axis("bought", values=ticks))
    base = drawn_from(rows)
    tips = [
        percent_tip("predicted", "predicted"),
        percent_tip("actual", "bought"),
        percent_tip("low", "95 %: from"),
        percent_tip("high", "to"),
        alt.Tooltip("buyers:Q", title="buyers", format=","),
        alt.Tooltip("rows:Q", title="of", format=","),
    ]
    ends = [{"predicted": end, "actual": end} for end in domain]
    diagonal = drawn_from(ends).mark_line(color=RULE, strokeDash=[5, 4]).encode(x=x, y=y)
    bars = base.mark_rule(color=MODEL, strokeWidth=2).encode(x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q")
    points = base.mark_circle(color=MODEL, opacity=1).encode(
        x=x,
        y=y,
        size=alt.Size("rows:Q", legend=None, scale=alt.Scale(range=[50, 260], domainMin=0)),
        tooltip=tips,
    )
    return spec_of(alt.layer(diagonal, bars, points), height=HEIGHT)
