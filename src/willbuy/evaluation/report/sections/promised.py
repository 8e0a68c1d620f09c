"""What a shuffled split would have promised: two bars and the gap in words."""

from willbuy.evaluation.bounds import METRIC_WORDS
from willbuy.evaluation.report.charts import promised as chart_of
from willbuy.evaluation.report.html import (
    Html,
    chart,
    details,
    escape,
    paragraph,
    section,
    stacked,
    table,
    tag,
)
from willbuy.evaluation.result.metrics import Estimate
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.words import count, figure, interval, percent, signed, signed_interval

_ROWS = (
    ("average_precision", "average precision", 3),
    ("average_precision_over_base", "average precision, times blind", 2),
    ("roc_auc", "ROC-AUC", 3),
    ("log_loss", "log loss", 4),
    ("predicted_over_actual", "predicted / actual", 2),
)


def promised(result: Result) -> Html:
    """The section; nothing where no shuffled split could be learnt."""
    found = result.get("shuffled")
    if not found:
        return Html("")
    metric = result["verdict"]["metric"]
    pair: tuple[Estimate, Estimate] = found["promised"][metric], found["held"][metric]  # type: ignore[literal-required]
    plot = (
        chart(
            chart_of.promised(pair, METRIC_WORDS[metric]),
            f"{METRIC_WORDS[metric].capitalize()} with 95 % intervals: rows shuffled, and the test of this page.",
            height=chart_of.HEIGHT,
        )
        if pair[0]["value"] is not None and pair[1]["value"] is not None
        else ""
    )
    return section(
        "promised",
        "What a shuffled split would have promised",
        tag("p", escape(found["words"]), class_="striking"),
        plot,
        details("Every metric", _table(result)),
        paragraph(
            f"Shuffled: {found['how']}, {count(found['promised']['n'])} to test on; {percent(found['shared_share'])} of the visitors"
            " tested stood in the training rows as well. Same candidate, same settings. It was computed after the test was"
            " opened, and nothing was chosen by it.",
            "note",
        ),
        _nested(result),
        lead=f"Most published figures come from rows that were shuffled before they were split, so that {_help(result)} help to"
        " predict. In use, there is no such help.",
    )


def _help(result: Result) -> str:
    if result["task"]["kind"] == "table":
        return "other rows of the same entity, and of the same days,"
    return "a visitor’s other snapshots, and other visitors of the same day,"


def _table(result: Result) -> Html:
    found = result["shuffled"]
    rows = []
    for name, word, digits in _ROWS:
        one: Estimate = found["promised"][name]  # type: ignore[literal-required]
        other: Estimate = found["held"][name]  # type: ignore[literal-required]
        apart = found["gap"][name]
        rows.append(
            [
                str(escape(word)),
                stacked(figure(one["value"], digits), interval(one, digits)),
                stacked(figure(other["value"], digits), interval(other, digits)),
                stacked(signed(apart["value"], digits), signed_interval(apart, digits)),
            ]
        )
    rates = [percent(found["promised"]["base_rate"]), percent(found["held"]["base_rate"])]
    rows.append(["base rate", *rates, ""])
    return table(["", "shuffled", "the test", "difference"], rows, numbers=(1, 2, 3))


def _nested(result: Result) -> Html:
    """What choosing and the passing of time took: the figure that the candidate was chosen by, beside the test's."""
    metric = result["verdict"]["metric"]
    chosen = next((one for one in result.get("candidates") or [] if one["chosen"]), None)
    if chosen is None:
        return Html("")
    inner: Estimate = chosen["metrics"][metric]  # type: ignore[literal-required]
    outer: Estimate = result["test"][metric]  # type: ignore[literal-required]
    if inner["value"] is None or outer["value"] is None:
        return Html("")
    return paragraph(
        f"On the out-of-fold predictions that it was chosen by, {chosen['name']} had {METRIC_WORDS[metric]}"
        f" {figure(inner['value'])} ({interval(inner)}) at a base rate of {percent(chosen['metrics']['base_rate'])};"
        f" on the test {figure(outer['value'])}: a nested gap of {signed(inner['value'] - outer['value'])}.",
        "note",
    )
