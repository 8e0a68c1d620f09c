"""How a table was tested: by its order, by folds or by a part held out at random."""

from typing import Any

from willbuy.evaluation.report.charts import periods as chart_of
from willbuy.evaluation.report.html import Html, chart, details, escape, join, paragraph, table, tag
from willbuy.evaluation.result.rows import Part, PeriodPoint
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.words import count, percent, places_in_words


def split_words(result: Result) -> Html:
    """What was trained on, what was tested, and what that is no test of."""
    split = result["split"]
    if split.get("by") == "order":
        return paragraph(
            f"The rows are ordered by {split['column']}: {places_in_words(split['train'])} trained the model,"
            f" {places_in_words(split['test'])} tested it once. {split['remark']}"
        )
    warning = paragraph(f"This is not a test on the future. {split['note']}", "warn")
    return join([warning, paragraph(_by_chance(split))])


def _by_chance(split: dict[str, Any]) -> str:
    if "holdout" in split:
        return (
            f"{percent(split['holdout'])} of the rows were drawn by the seed {split['seed']} and held out, entities whole and"
            " buyers spread evenly. Everything was learnt on the others, and the rows held out were predicted once."
        )
    again = (
        f" Then all of it was done again, {split['repeats']} times in all, with the folds dealt anew: the figures of this page are"
        " those of the first deal, and the others stand beside it."
        if "repeats" in split
        else ""
    )
    return (
        f"The {count(split['entities'])} entities were dealt into {count(split['folds'])} folds, whole. Each fold was held out"
        " once while everything was learnt on the others, and then predicted. The figures are those of all predictions on one"
        f" pile; nothing was chosen by them. The model that is shipped was made by the same procedure from all rows.{again}"
    )


def charts(points: list[PeriodPoint]) -> Html:
    """The base rate over the order; nothing where there is none."""
    if len(points) < 2:
        return Html("")
    plot = (
        chart(
            chart_of.periods(points),
            "The share of buyers at each place in the order, in the colour of its part.",
            height=chart_of.HEIGHT,
        )
        if len(points) <= chart_of.MOST
        else Html("")
    )
    shown = points if len(points) <= chart_of.MOST else [*points[:30], *points[-30:]]
    rows = [
        [
            escape(one["name"]),
            escape(one["part"]),
            count(one["n"]),
            count(one["positives"]),
            percent(one["base_rate"]),
        ]
        for one in shown
    ]
    listed = table(["when", "part", "rows", "bought", "base rate"], rows, numbers=(2, 3, 4))
    return join([plot, details("Rows and base rate over the order", listed)])


def parts(result: Result) -> Html:
    """The parts with what stands in them."""
    ordered = result["split"].get("by") == "order"
    rows = [
        [
            tag("span", escape(part["part"]), class_=f"part {part['part']}"),
            *([escape(places_in_words(part["anchors"]))] if ordered else []),
            count(part["n"]),
            count(part["positives"]),
            percent(part["base_rate"]),
        ]
        for part in _there(result["parts"])
    ]
    head = ["part", *([str(result["split"]["column"])] if ordered else []), "rows", "bought", "base rate"]
    return table(head, rows, numbers=range(len(head) - 3, len(head)))


def _there(found: list[Part]) -> list[Part]:
    return [part for part in found if part["n"]]


def audit(result: Result) -> Html:
    """Who stands on both sides."""
    found = result["split"].get("audit")
    if not found:
        return Html("")
    tested = f"{count(found['test_entities'])} entities were tested"
    if result["split"]["kind"] != "time":
        return paragraph(f"{tested}, each by a model that had seen no row of them.")
    if not found["shared_entities"]:
        return paragraph(f"{tested}; none of them stands in the training part.")
    return paragraph(
        f"{tested}; {count(found['shared_entities'])} of them ({percent(found['shared_share'])}) also stand in the training"
        " part, earlier in the order. Their figures stand apart above."
    )
