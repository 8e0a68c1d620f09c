"""Where it errs: the same figures for parts of the test rows."""

import math
from collections.abc import Mapping

from willbuy.evaluation.bounds import CALIBRATED
from willbuy.evaluation.report.html import Html, escape, paragraph, section, stacked, table, tag
from willbuy.evaluation.result.metrics import Metrics
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.words import count, figure, interval, percent, times_the_base_rate

MOST = 4  # slices whose probabilities are off that are told in words


def apart(result: Result) -> Html:
    """The section; nothing where the result holds no slices."""
    slices = result.get("slices")
    if not slices:
        return Html("")
    tables = [tag("div", tag("h3", escape(by)), _table(of)) for by, of in slices.items()]
    note = paragraph(
        "Average precision rises with the base rate of a slice, so compare slices by ROC-AUC and by predicted over actual.",
        "note",
    )
    off = (paragraph(text) for text in _shortened(_off(slices)))
    return section("apart", "Where it does well, where it errs", *tables, *off, note)


def _shortened(found: list[tuple[float, str]]) -> list[str]:
    """The farthest few; where nearly every slice is off, it is the whole that is."""
    worst = sorted(found, key=lambda one: -one[0])[:MOST]
    told = [one[1] for one in found if one in worst]
    more = len(found) - len(told)
    return (
        [*told, f"{more} more slices are off by more than chance, none of them as far."] if more > 0 else told
    )


def _off(slices: Mapping[str, Mapping[str, Metrics]]) -> list[tuple[float, str]]:
    """The slices in which more, or fewer, bought than was predicted: outside 0.9 to 1.1, and by more than chance."""
    found = []
    for by, of in slices.items():
        for label, one in of.items():
            ratio, bounds = one["predicted_over_actual"], one["intervals"]["predicted_over_actual"]
            if ratio is None or bounds["low"] is None or bounds["high"] is None:
                continue
            if CALIBRATED[0] <= ratio <= CALIBRATED[1] or bounds["low"] <= 1 <= bounds["high"]:
                continue
            text = (
                f"Too {'high' if ratio > 1 else 'low'} for {by} “{label}”: {figure(ratio, 2)} buyers predicted for each that"
                f" bought ({interval(bounds, 2)}). Calibration makes the whole right, not each part: here the model lacks"
                " something that tells this part apart."
            )
            found.append((abs(math.log(ratio)) if ratio > 0 else math.inf, text))
    return found


def _table(slices: Mapping[str, Metrics]) -> Html:
    rows = [
        [
            escape(label),
            stacked(count(found["n"]), f"{count(found['buyers'])} buyers"),
            percent(found["base_rate"]),
            stacked(
                figure(found["average_precision"]["value"]),
                interval(found["average_precision"]),
                times_the_base_rate(found),
            ),
            stacked(figure(found["roc_auc"]["value"]), interval(found["roc_auc"])),
            stacked(figure(found["log_loss"]["value"], 4), interval(found["log_loss"], 4)),
            stacked(
                figure(found["predicted_over_actual"], 2),
                interval(found["intervals"]["predicted_over_actual"], 2),
            ),
        ]
        for label, found in slices.items()
    ]
    head = ["", "rows", "base rate", "average precision", "ROC-AUC", "log loss", "predicted / actual"]
    return table(head, rows, numbers=range(1, len(head)))
