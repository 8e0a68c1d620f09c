"""The bands: what each name promises, and what it held on the test part."""

from willbuy.evaluation.report.html import Html, escape, section, stacked, table
from willbuy.evaluation.result.decision import BandResult
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.words import count, figure, percent, percent_interval


def bands(result: Result) -> Html:
    """The section; nothing where the result holds no bands."""
    found = result.get("bands")
    if not found:
        return Html("")
    head = ["band", "probability", "against the base rate", "rows", "of all", "bought", "share that bought"]
    n = result["test"]["n"]
    return section(
        "bands",
        "The bands",
        table(head, [_row(band, n) for band in found], numbers=range(2, len(head))),
        lead="A probability in a plain word, against the base rate of the training part; with how many of each bought in the"
        " test part.",
    )


def _row(band: BandResult, n: int) -> list[str]:
    low, high = percent(band["low"]), percent(band["high"])
    span = (
        f"below {high}" if not band["low"] else f"{low} and more" if band["high"] == 1 else f"{low} to {high}"
    )
    return [
        escape(band["name"]),
        escape(span),
        f"from {figure(band['times'], 1)} times" if band["low"] else "–",
        count(band["n"]),
        percent(band["n"] / n),
        count(band["positives"]),
        stacked(percent(band["actual"]["value"]), percent_interval(band["actual"])),
    ]
