"""A chart as the page shows it: its title, the sentence that the data say, the chart, and how to read it."""

from collections.abc import Sequence
from typing import Any

from willbuy.evaluation.report.html import Html, chart, escape, paragraph, tag


def shown(title: str, says: str, spec: dict[str, Any] | None, reading: str = "", *, height: int = 0) -> Html:
    """The whole of it; without a spec there is nothing to draw, and the sentence says why."""
    drawn = "" if spec is None else chart(spec, reading, height=height)
    return tag("div", tag("h3", escape(title)), paragraph(says, "says"), drawn, class_="shown")


def pair(*both: str) -> Html:
    """Two of them side by side, where there is room and each has a chart; else one below the other."""
    return tag("div", *both, class_="pair" if all("<figure" in one for one in both) else None)


def warnings(texts: Sequence[str]) -> Html:
    """Sentences that a reader must not miss."""
    return Html("".join(paragraph(text, "warn") for text in texts))
