"""How well the model ranks: precision-recall and ROC."""

from willbuy.evaluation.report.charts.curve import HEIGHT, curve
from willbuy.evaluation.report.curves import Curves
from willbuy.evaluation.report.html import Html, chart, section, tag
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.words import drawn, figure, interval, percent


def ranking(result: Result, found: Curves | None) -> Html:
    """The section; nothing where there is nobody to rank."""
    if found is None:
        return Html("")
    test = result["test"]
    rate = test["base_rate"] or 0.0
    over = (
        ""
        if not rate
        else f", {figure((test['average_precision']['value'] or 0.0) / rate, 1)} times the base rate"
    )
    return section(
        "ranking",
        "How well it ranks",
        tag(
            "div",
            chart(
                curve(found["precision_recall"], "recall", "precision", [(0, rate), (1, rate)]),
                f"Precision and recall. Average precision {figure(test['average_precision']['value'])}"
                f" ({interval(test['average_precision'])}){over}. Dashed: the base rate, {percent(rate)}.",
                height=HEIGHT,
            ),
            chart(
                curve(found["roc"], "false positive rate", "true positive rate", [(0, 0), (1, 1)]),
                f"ROC. Area {figure(test['roc_auc']['value'])} ({interval(test['roc_auc'])}). Dashed: blind guessing, 0.5.",
                height=HEIGHT,
            ),
            class_="pair",
        ),
        lead=f"The shaded bands are pointwise 95 % intervals of the {drawn(result)} bootstrap.",
    )
