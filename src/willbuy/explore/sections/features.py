"""The shop's features on a sample."""

from typing import Any

from willbuy.evaluation.report.html import Html, paragraph, section
from willbuy.explore.sections.correlated import correlated


def features(found: dict[str, Any]) -> Html:
    """The section."""
    made = found["features"]
    if made["why_not"]:
        return section("features", "The features", paragraph(made["why_not"]))
    return section(
        "features",
        "The features",
        correlated(made["correlations"], made["sample"]),
        lead="The shop’s features as of its anchors, computed as training computes them.",
    )
