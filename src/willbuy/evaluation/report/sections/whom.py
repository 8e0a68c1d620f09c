"""Whom to act on: the gain curve, the best-scored shares, the confusion matrix at the threshold."""

from willbuy.evaluation.report.charts.curve import HEIGHT, curve
from willbuy.evaluation.report.curves import Curves
from willbuy.evaluation.report.html import Html, chart, escape, paragraph, section, stacked, table, tag
from willbuy.evaluation.result import Metrics, Result
from willbuy.evaluation.words import count, figure, interval, percent, percent_interval, share


def whom(result: Result, found: Curves | None) -> Html:
    """The section."""
    test = result["test"]
    plot = (
        chart(
            curve(found["gain"], "best-scored share of rows", "share of those that bought", [(0, 0), (1, 1)]),
            "How many of the rows that bought are among the best-scored, with a 95 % band. Dashed: a random pick.",
            height=HEIGHT,
        )
        if found
        else ""
    )
    return section(
        "whom",
        "Whom to act on",
        tag("div", plot, _shares(test), class_="pair"),
        _decision(test),
        lead="Nobody can act on everyone. This is what acting on the best-scored rows would have reached in the test part."
        + _people(test),
    )


def _people(test: Metrics) -> str:
    """What a row is, where it is not a person."""
    if test["n"] == test["entities"]:
        return ""
    return (
        f" The part holds several rows of some: {count(test['n'])} rows of {count(test['entities'])} entities,"
        f" {count(test['buyers'])} of which bought."
    )


def _shares(test: Metrics) -> Html:
    rows = [
        [
            f"best {share(top['share'])}",
            count(top["n"]),
            count(top["buyers"]),
            stacked(percent(top["gain"]["value"]), percent_interval(top["gain"])),
            stacked(figure(top["lift"]["value"], 2), interval(top["lift"], 2)),
        ]
        for top in test["top"]
    ]
    return table(["", "rows", "bought", "of all", "lift"], rows, numbers=range(1, 5))


def _decision(test: Metrics) -> Html:
    cells = test["confusion"]
    chosen = cells["true_positive"] + cells["false_positive"]
    matrix = table(
        [f"threshold {percent(test['threshold'])}", "bought", "did not buy", "together"],
        [
            ["chosen", _cell(cells["true_positive"], "hit"), _cell(cells["false_positive"]), count(chosen)],
            [
                "not chosen",
                _cell(cells["false_negative"]),
                _cell(cells["true_negative"], "hit"),
                count(cells["false_negative"] + cells["true_negative"]),
            ],
            ["together", count(test["positives"]), count(test["n"] - test["positives"]), count(test["n"])],
        ],
        numbers=(1, 2, 3),
    )
    bounds = test["intervals"]
    words = paragraph(
        f"Precision {percent(test['precision'])} ({percent_interval(bounds['precision'])}):"
        f" {count(cells['true_positive'])} of {count(chosen)} chosen rows bought."
        f" Recall {percent(test['recall'])} ({percent_interval(bounds['recall'])}):"
        f" {count(cells['true_positive'])} of {count(test['positives'])} rows that bought were chosen."
        f" F1 {figure(test['f1'])} ({interval(bounds['f1'])})."
        " The threshold was chosen on the training part, never on these rows."
    )
    return tag("div", tag("h3", "At the threshold"), matrix, words, class_="decision")


def _cell(value: int, class_: str | None = None) -> str:
    return tag("span", escape(count(value)), class_=f"cell {class_ or ''}".strip())
