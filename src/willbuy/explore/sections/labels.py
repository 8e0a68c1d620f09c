"""The labels: how many buy at each anchor, and which labels are not known yet."""

from typing import Any

from willbuy.evaluation.report.html import Html, paragraph, section
from willbuy.evaluation.words import moment
from willbuy.explore.charts import lines
from willbuy.explore.sections.shown import shown


def labels(found: dict[str, Any]) -> Html:
    """The section."""
    balance = found["balance"]
    title = "What a model would learn from"
    if balance["why_not"]:
        return section("labels", title, paragraph(balance["why_not"]))
    rows = [{"name": moment(one["local"]), **one["buyers"]} for one in balance["anchors"]]
    unknown = [moment(at) for at in balance["waiting"]]
    reading = (
        f"The share of {_asked(balance)} that buys {balance['task']}. Lines: 95 % intervals."
        f"{' A question mark: the label is not known yet.' if unknown else ''}"
    )
    drawn = lines.points(
        rows, "from" if balance["known_until"] is None else "anchor", f"buy {balance['task']}", unknown
    )
    return section(
        "labels",
        title,
        shown("Class balance by anchor", balance["says"], drawn, reading, height=lines.HEIGHT),
        shown("Label maturity", balance["says_maturity"], None),
    )


def _asked(balance: dict[str, Any]) -> str:
    """Who is asked about at a point of the chart."""
    if balance["known_until"] is None:
        return "the sessions asked about in each slot of time, by its begin,"
    return "the population at each anchor"
