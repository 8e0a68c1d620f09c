"""What all charts share: colours that hold on light and on dark paper, fonts, and the way out to a plain spec."""

from typing import Any

import altair as alt

MODEL = "#3f7fe0"
RULE = "#9a9fab"
TRAIN = "#2f9e8f"
EMBARGO = "#b9a06a"
TEST = "#e2703a"
WAITING = "#9a9fab"
PARTS = {"train": TRAIN, "embargo": EMBARGO, "test": TEST, "not matured": WAITING, "train and test": TRAIN}
_ROUND = [digit * 10.0**power for power in range(-6, 0) for digit in (1, 2, 5)]
_ROUND = sorted({round(tick, 9) for tick in [*_ROUND, 0.3, 0.4, 0.6, 0.8, 1.0]})
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def drawn_from(rows: list[dict[str, Any]]) -> alt.Chart:
    """A chart of rows that stand in the spec itself."""
    return alt.Chart(alt.InlineData(values=rows))


def spec_of(chart: alt.TopLevelMixin, *, height: int) -> dict[str, Any]:
    """The chart as a Vega-Lite spec as wide as its place, with no address in it."""
    spec: dict[str, Any] = chart.properties(width="container", height=height).to_dict()
    spec.pop("$schema", None)
    spec["config"] = {
        "background": "transparent",
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": 500,
            "gridOpacity": 1,
            "domain": False,
            "ticks": False,
            "labelPadding": 6,
            "labelFlush": False,
            "titlePadding": 10,
        },
        "legend": {"labelFontSize": 12, "orient": "top", "title": None, "symbolType": "square"},
    }
    return spec


def square_root_ticks(top: float) -> list[float]:
    """Round shares for an axis from 0 to `top` with a square-root scale, none too near its neighbour.

    >>> square_root_ticks(0.3)
    [0.0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.3]
    """
    chosen = [0.0]
    for tick in _ROUND:
        if tick <= top and tick**0.5 - chosen[-1] ** 0.5 >= 0.085 * top**0.5:
            chosen.append(tick)
    return chosen


def percent_axis(title: str, **more: Any) -> alt.Axis:
    """An axis in percent."""
    return alt.Axis(title=title or None, format="~%", **({"tickCount": 5} | more))


def percent_tip(field: str, title: str) -> alt.Tooltip:
    """A line of a tooltip, in percent."""
    return alt.Tooltip(f"{field}:Q", title=title or None, format=".3~%")
