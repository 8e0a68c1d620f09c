"""The verdict in large words, and the four figures that it comes down to."""

from willbuy.evaluation.report.html import Html, escape, join, paragraph, tag
from willbuy.evaluation.result.metrics import Metrics
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.words import count, figure, interval, percent, percent_interval

UNPROVEN = "Cross-validated over visitors: not a test of the future"
UNPROVEN_TABLE = "Rows of a table, dealt by chance: not a test of the future"


def answer(result: Result) -> Html:
    """The first thing on the page."""
    verdict = result["verdict"]
    card = tag(
        "div",
        tag("p", escape(_badge(result)), class_="badge") if result["split"]["kind"] != "time" else "",
        tag("p", escape(verdict["headline"]), class_="headline"),
        *(paragraph(sentence) for sentence in verdict["sentences"]),
        class_=f"verdict {verdict['kind']}{'' if _proven(result) else ' unproven'}",
        role="status",
    )
    return tag("section", tag("h2", "The answer", class_="quiet"), card, _tiles(result["test"]), id="answer")


def _badge(result: Result) -> str:
    return UNPROVEN_TABLE if result["task"]["kind"] == "table" else UNPROVEN


def _proven(result: Result) -> bool:
    """Tested on the future, and not beaten by the plain logistic."""
    plain = result["verdict"].get("logistic")
    return result["split"]["kind"] == "time" and (plain is None or plain["kind"] != "worse")


def _tiles(test: Metrics) -> Html:
    top = next((top for top in test["top"] if top["share"] == 0.10), None)
    found = [
        _tile(
            "Average precision",
            figure(test["average_precision"]["value"]),
            interval(test["average_precision"]),
            f"× {figure(test['average_precision_over_base']['value'], 1)} the base rate {figure(test['base_rate'])}",
        ),
        _tile("ROC-AUC", figure(test["roc_auc"]["value"]), interval(test["roc_auc"]), "blind guessing: 0.5"),
        _tile(
            "Predicted / actual buyers",
            figure(test["predicted_over_actual"], 2),
            interval(test["intervals"]["predicted_over_actual"], 2),
            "as promised: 1",
        ),
    ]
    if top is not None:
        found.append(
            _tile(
                "Found in the best 10 %",
                percent(top["gain"]["value"]),
                percent_interval(top["gain"]),
                f"{count(top['buyers'])} of {count(test['positives'])} that bought",
            )
        )
    return tag("div", *found, class_="tiles")


def _tile(name: str, value: str, bounds: str, note: str) -> Html:
    return tag(
        "div",
        paragraph(name, "name"),
        paragraph(value, "value"),
        paragraph(bounds, "bounds"),
        paragraph(note, "note"),
        class_="tile",
    )


def why_none(test: Metrics) -> Html:
    """The reasons for figures that are missing."""
    return join(paragraph(f"Missing figures: {reason}.", "note") for reason in test["reasons"].values())
