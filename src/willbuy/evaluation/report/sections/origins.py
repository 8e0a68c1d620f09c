"""Does it hold from week to week? The procedure at earlier moments, or fold by fold where the log is too short."""

from collections.abc import Sequence

from willbuy.evaluation.bounds import CALIBRATED, METRIC_WORDS
from willbuy.evaluation.report.charts import origins as chart_of
from willbuy.evaluation.report.html import Html, chart, escape, paragraph, section, stacked, table, tag
from willbuy.evaluation.result.elsewhere import FoldPoint, OriginPoint
from willbuy.evaluation.result.metrics import Estimate, Figures, Spread
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.words import count, figure, interval, moment, percent, signed, signed_interval

HEAD = ("rows", "base rate", "average precision", "times blind", "ROC-AUC", "log loss", "pred. / actual")
_DIGITS = {"log_loss": 4, "average_precision_over_base": 2, "predicted_over_actual": 2}
_COLUMNS = (
    "average_precision",
    "average_precision_over_base",
    "roc_auc",
    "log_loss",
    "predicted_over_actual",
)


def origins(result: Result) -> Html:
    """The section; nothing where the result holds neither origins nor folds."""
    if "folds" in result:
        return _folds(result)
    found = result.get("origins")
    if not found:
        return Html("")
    points, metric = found["points"], result["verdict"]["metric"]
    rows = [[_when(point), *_cells(point["figures"])] for point in points]
    rows += _spread_rows(found["over"])
    plot = (
        chart(
            chart_of.origins(points, metric, METRIC_WORDS[metric]),
            f"{METRIC_WORDS[metric].capitalize()} at each origin, with 95 % intervals. Dashed: blind guessing.",
            height=chart_of.HEIGHT,
        )
        if len(points) > 1
        else ""
    )
    return section(
        "origins",
        "Does it hold over time?",
        plot,
        table(
            ["tested at", *HEAD],
            rows,
            numbers=range(1, len(HEAD) + 1),
            marked=len(points) - 1,
            class_="compact",
        ),
        paragraph(_beaten(points, result)) if _beaten(points, result) else "",
        *(paragraph(text) for text in _why(points)),
        paragraph(
            f"{found['note']} An origin learns from at most {count(found['rows'])} rows, visitors whole.",
            "note",
        ),
        lead="One test is one moment. Here the model is learnt again as if the data had ended earlier, and tested on what came next.",
    )


def _folds(result: Result) -> Html:
    found, who = result["folds"], "entities" if result["task"]["kind"] == "table" else "visitors"
    rows = [[stacked(_which(point), point["model"]), *_cells(point["figures"])] for point in found["points"]]
    rows += _spread_rows(found["over"])
    piles = found.get("repeats", [])
    return section(
        "origins",
        "Does it hold from fold to fold?",
        table(["", *HEAD], rows, numbers=range(1, len(HEAD) + 1), class_="compact"),
        _piles(piles, found.get("over_repeats", {})) if piles else "",
        lead=f"The {who} were dealt into folds. In each, everything (settings, choice, calibration, threshold) was learnt"
        f" on the other folds and applied once to the {who} held out. How far the folds lie apart is how far one split"
        " alone could have misled.",
    )


def _which(point: FoldPoint) -> str:
    return f"deal {point['repeat']}, fold {point['fold']}" if "repeat" in point else f"fold {point['fold']}"


def _piles(piles: Sequence[Figures], over: dict[str, Spread]) -> Html:
    """All folds of a deal on one pile, deal by deal: how far the dealing alone moves the figures."""
    rows = [[f"deal {number}", *_cells(pile)] for number, pile in enumerate(piles, 1)] + _spread_rows(over)
    head = ["all folds of", *HEAD]
    return table(head, rows, numbers=range(1, len(head)), class_="compact")


def _cells(found: Figures) -> list[str]:
    rows = stacked(count(found["n"]), f"{count(found['positives'])} bought")
    estimates: list[Estimate] = [found[name] for name in _COLUMNS]  # type: ignore[literal-required]
    return [
        rows,
        percent(found["base_rate"]),
        *(
            stacked(figure(one["value"], _DIGITS.get(name, 3)), interval(one, _DIGITS.get(name, 3)))
            for name, one in zip(_COLUMNS, estimates, strict=True)
        ),
    ]


def _spread_rows(over: dict[str, Spread]) -> list[list[str]]:
    return [
        [
            words,
            "",
            "",
            *(figure(over[name][key], _DIGITS.get(name, 3)) if name in over else "–" for name in _COLUMNS),  # type: ignore[literal-required]
        ]
        for words, key in (("mean", "mean"), ("worst", "worst"), ("standard deviation", "sd"))
    ]


def _when(point: OriginPoint) -> str:
    note = "the test" if point["test"] else f"from {count(point['train_rows'])} rows"
    return f'{tag("span", escape(moment(point["anchor"])), class_="date")}<small class="date">{escape(note)}</small>'


def _beaten(points: Sequence[OriginPoint], result: Result) -> str:
    """At how many origins the model surely beat the verdict's rule."""
    sign = -1 if result["verdict"]["metric"] == "log_loss" else 1
    gaps = [point["difference"] for point in points]
    known = [(sign * gap["value"], gap) for gap in gaps if gap is not None and gap["value"] is not None]
    if not known or result["verdict"]["rule"] is None:
        return ""
    better = sum(
        gap["low"] is not None and gap["high"] is not None and min(sign * gap["low"], sign * gap["high"]) > 0
        for _, gap in known
    )
    least = min(known, key=lambda one: one[0])[1]
    return (
        f"At {count(better)} of {count(len(known))} moments the model beat the rule “{result['verdict']['rule']}” by more"
        f" than chance; the least difference was {signed(least['value'])} ({signed_interval(least)})."
    )


def _why(points: Sequence[OriginPoint]) -> list[str]:
    """Where predicted over actual is outside 0.9 to 1.1: what the base rate did there."""
    found = []
    for point in points:
        ratio, rate = point["figures"]["predicted_over_actual"], point["figures"]["base_rate"]
        if ratio["value"] is None or CALIBRATED[0] <= ratio["value"] <= CALIBRATED[1]:
            continue
        text = f"At {moment(point['anchor'])} {figure(ratio['value'], 2)} buyers were predicted for each that bought."
        text += f" The base rate went from {percent(point['train_base_rate'])} in training to {percent(rate)} there"
        explained = rate is not None and (ratio["value"] > 1) == (point["train_base_rate"] > rate)
        text += ", which the model could not know." if explained else ": that does not explain it."
        if ratio["low"] is not None and ratio["high"] is not None and ratio["low"] <= 1 <= ratio["high"]:
            text += " The interval holds 1: it may be chance."
        found.append(text)
    return found
