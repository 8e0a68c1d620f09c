"""The model beside the simple rules: every metric with its interval, and the paired differences."""

from willbuy.evaluation.beside_logistic import LOGISTIC
from willbuy.evaluation.bounds import METRIC_WORDS
from willbuy.evaluation.report.charts.beside_rules import beside_rules, height
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
from willbuy.evaluation.report.sections.answer import why_none
from willbuy.evaluation.result.metrics import Estimate, Metrics
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.rules import ALL_RULES, NO_ONE
from willbuy.evaluation.words import (
    count,
    figure,
    interval,
    percent,
    signed,
    signed_interval,
    skill,
    times_the_base_rate,
)

RULE_WORDS = {rule.name: rule.words for rule in ALL_RULES} | {LOGISTIC: "the plain model, no rule"}


def beside(result: Result) -> Html:
    """The section."""
    test, rules = result["test"], result["rules"]
    metric = result["verdict"]["metric"]
    figures: dict[str, Estimate] = {_short(result["model"]): test[metric]}  # type: ignore[literal-required]
    figures |= {name: rules[name][metric] for name in _ranking(result)}  # type: ignore[literal-required]
    known = {name: found for name, found in figures.items() if found["value"] is not None}
    word = METRIC_WORDS[metric]
    plot = (
        chart(
            beside_rules(known, word, test["reference"].get(metric)),
            f"{word.capitalize()} of the model and of each rule on the test part, with 95 % intervals. Dashed: blind guessing.",
            height=height(known),
        )
        if len(known) > 1
        else ""
    )
    return section(
        "beside",
        "Beside the simple rules",
        plot,
        _metrics(result),
        _decisions(result),
        why_none(test),
        _differences(result),
        lead="A model earns its keep only where it beats what a shop could do without one, and a complex model only where it beats a"
        " plain one. Each rule learnt its rates on the training part and was tested on the same rows.",
    )


def _metrics(result: Result) -> Html:
    head = ["", "average precision", "ROC-AUC", "log loss", "Brier", "predicted / actual"]
    rate = percent(result["test"]["base_rate"])
    note = paragraph(
        f"The third lines compare with giving everyone the test part’s base rate, {rate}: how many times its average precision,"
        " how much less log loss and Brier score (their skill: blind is 0 %, perfect is 100 %).",
        "note",
    )
    rows = [_figures(*one) for one in _all(result, _ranking(result))]
    return tag("div", table(head, rows, numbers=range(1, len(head)), marked=0), note)


def _decisions(result: Result) -> Html:
    head = ["", "threshold", "precision", "recall", "F1"]
    return details(
        "Precision, recall and F1, each at its own threshold",
        paragraph(
            "A rule’s threshold is the one of greatest F1 on the training part; the model’s and the logistic’s is chosen as the shop"
            " file says.",
            "note",
        ),
        table(
            head,
            [_decision(*one) for one in _all(result, _ordered(result))],
            numbers=range(1, len(head)),
            marked=0,
        ),
    )


def _ordered(result: Result) -> list[str]:
    """The rules, the hardest to beat first."""
    metric = result["verdict"]["metric"]
    sign = 1 if metric == "log_loss" else -1
    values = {name: rule[metric]["value"] for name, rule in result["rules"].items()}  # type: ignore[literal-required]
    return sorted(values, key=lambda name: (values[name] is None, sign * (values[name] or 0.0), name))


def _ranking(result: Result) -> list[str]:
    """The same without `no_one`, which ranks as `everyone` does: it differs in the decision alone."""
    return [name for name in _ordered(result) if name != NO_ONE.name]


def _all(result: Result, names: list[str]) -> list[tuple[str, Metrics]]:
    """(cell with the name and what it says, figures) of the model and of each rule."""
    words = {**RULE_WORDS, **result.get("rule_words", {})}
    model = f"<strong>{escape(_short(result['model']))}</strong><small>the model</small>"
    rules = [
        (f"{escape(_short(name))}<small>{escape(words.get(name, ''))}</small>", metrics)
        for name, metrics in ((name, result["rules"][name]) for name in names)
    ]
    return [(model, result["test"]), *rules]


def _figures(name: str, found: Metrics) -> list[str]:
    bounds = found["intervals"]
    return [
        name,
        stacked(
            figure(found["average_precision"]["value"]),
            interval(found["average_precision"]),
            times_the_base_rate(found),
        ),
        stacked(figure(found["roc_auc"]["value"]), interval(found["roc_auc"])),
        stacked(
            figure(found["log_loss"]["value"], 4),
            interval(found["log_loss"], 4),
            skill(found["log_loss_skill"]),
        ),
        stacked(figure(found["brier"], 4), interval(bounds["brier"], 4), skill(found["brier_skill"])),
        stacked(figure(found["predicted_over_actual"], 2), interval(bounds["predicted_over_actual"], 2)),
    ]


def _decision(name: str, found: Metrics) -> list[str]:
    bounds = found["intervals"]
    hits, chosen = found["confusion"]["true_positive"], found["confusion"]["false_positive"]
    return [
        name,
        percent(found["threshold"]),
        stacked(percent(found["precision"]), f"{count(hits)} of {count(hits + chosen)}"),
        stacked(percent(found["recall"]), f"{count(hits)} of {count(found['positives'])}"),
        stacked(figure(found["f1"]), interval(bounds["f1"])),
    ]


def _differences(result: Result) -> Html:
    differences = result.get("differences")
    if not differences:
        return Html("")
    metrics = ("average_precision", "roc_auc", "log_loss", "brier")
    rows = [
        [
            str(escape(rule)),
            *(stacked(signed(of[name]["value"], 4), signed_interval(of[name], 4)) for name in metrics),
        ]
        for rule, of in ((rule, differences[rule]) for rule in _ranking(result) if rule in differences)
    ]
    words = [METRIC_WORDS.get(name, "Brier") for name in metrics]
    return details(
        "Model minus rule, paired",
        paragraph(
            "Both were scored on the same draws of visitors, so these intervals are narrower than a comparison of two"
            " separate ones. Log loss and Brier are better when less.",
            "note",
        ),
        table(["rule", *words], rows, numbers=range(1, 5)),
    )


def _short(model: str) -> str:
    return model if len(model) <= 24 else f"{model[:23]}…"
