"""The thresholds: each as it was chosen, what it does on the test part, and the confusion matrix of each."""

from willbuy.evaluation.report.html import Html, details, escape, paragraph, section, stacked, table, tag
from willbuy.evaluation.result.decision import ThresholdResult
from willbuy.evaluation.result.metrics import Confusion
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.words import count, money, money_interval, percent, percent_interval

TITLES = {
    "f1": "F1",
    "precision": "precision",
    "recall": "recall",
    "capacity": "capacity",
    "money": "money",
    "money_analytic": "cost / margin",
    "fixed": "fixed",
}


def thresholds(result: Result) -> Html:
    """The section; nothing where the result holds no thresholds."""
    found = result.get("thresholds")
    if not found:
        return Html("")
    others = [threshold for threshold in found if not threshold["chosen"]]
    chosen = next(threshold for threshold in found if threshold["chosen"])
    return section(
        "thresholds",
        "Where to draw the line",
        _table(result, found),
        *(_note(threshold) for threshold in found if threshold["note"]),
        tag("h3", f"At the threshold in use: {escape(_title(chosen))}"),
        _matrix(chosen),
        details("The others’ confusion matrices", *map(_titled, others)) if others else "",
        lead="Each threshold was chosen on predictions of the training part that no model was fitted on, and never on the test"
        " part, where it is shown.",
    )


def _table(result: Result, found: list[ThresholdResult]) -> Html:
    rich = any(threshold["profit"] is not None for threshold in found)
    head = ["chosen for", "from", "expected precision", "chosen", "bought", "precision", "recall"]
    head += [f"profit{_of(result)}"] * rich
    marked = next(number for number, threshold in enumerate(found) if threshold["chosen"])
    rows = [_row(threshold, rich) for threshold in found]
    words = (
        paragraph(
            "Profit: the margin for each chosen row that bought, less the cost of each contact. It is what acting would have brought"
            " if every reached buyer is worth the margin. Many of them buy without being contacted: how many more buy because of"
            " a contact is not known from this log.",
            "note",
        )
        if rich
        else ""
    )
    return tag("div", table(head, rows, numbers=range(1, len(head)), marked=marked), words)


def _of(result: Result) -> str:
    currency = result["offer"]["currency"] if "offer" in result else None
    return f", {currency}" if currency else ""


def _row(threshold: ThresholdResult, rich: bool) -> list[str]:
    test, profit = threshold["test"], threshold["test"]["profit"]
    row = [
        stacked(_title(threshold), threshold["words"] + (" (in use)" if threshold["chosen"] else "")),
        percent(threshold["value"]),
        percent(threshold["precision"]),
        stacked(count(test["selected"]), percent(test["share"])),
        count(test["confusion"]["true_positive"]),
        stacked(percent(test["precision"]["value"]), percent_interval(test["precision"])),
        stacked(percent(test["recall"]["value"]), percent_interval(test["recall"])),
    ]
    if rich:
        row.append(stacked(money(profit["value"]), money_interval(profit)) if profit else "–")
    return row


def _title(threshold: ThresholdResult) -> str:
    return TITLES.get(threshold["name"], threshold["name"])


def _note(threshold: ThresholdResult) -> Html:
    """Where a wish was not met: loud where the threshold is in use."""
    text = f"Threshold for {_title(threshold)}: {threshold['note']}."
    return paragraph(text, "warn" if threshold["chosen"] else "note")


def _titled(threshold: ThresholdResult) -> Html:
    return tag("div", tag("h3", escape(_title(threshold))), _matrix(threshold))


def _matrix(threshold: ThresholdResult) -> Html:
    cells, test = threshold["test"]["confusion"], threshold["test"]
    rows = [
        ["chosen", *_cells(cells, "true_positive", "false_positive"), count(test["selected"])],
        [
            "not chosen",
            *_cells(cells, "false_negative", "true_negative"),
            count(test["n"] - test["selected"]),
        ],
        [
            "together",
            count(cells["true_positive"] + cells["false_negative"]),
            count(cells["false_positive"] + cells["true_negative"]),
            count(test["n"]),
        ],
    ]
    head = [f"from {percent(threshold['value'])}", "bought", "did not buy", "together"]
    return tag("div", table(head, rows, numbers=(1, 2, 3)), class_="decision")


def _cells(cells: Confusion, *names: str) -> list[str]:
    right = ("true_positive", "true_negative")
    return [
        tag("span", escape(count(cells[name])), class_=f"cell{' hit' if name in right else ''}")  # type: ignore[literal-required]
        for name in names
    ]
