"""A run's result for the terminal: the verdict, the model beside the rules, the parts it was trained and tested on."""

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from willbuy.evaluation.beside_logistic import LOGISTIC
from willbuy.evaluation.render_offer import render_offer
from willbuy.evaluation.result.metrics import Estimate, Metrics
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.words import count, drawn, figure, interval, percent, places_in_words, skill

_STYLES = {"use": "bold green", "barely": "bold yellow", "no_better": "bold red", "worse": "bold red"}


NAME = 19  # letters of a name in the table
_HEADS = (
    "on the\ntest part",
    "average\nprecision",
    "\nROC-AUC",
    "\nlog loss",
    "pred./\nactual",
    "\nprecision",
    "\nrecall",
)


def render(result: Result) -> RenderableType:
    """What `willbuy train` prints."""
    verdict = result["verdict"]
    return Group(
        Text(f"Run {result['run']}: {result['task']['words']}"),
        "",
        _parts(result),
        "",
        _figures(result),
        Text(f"Ranges are 95 % intervals of the {drawn(result)} bootstrap.", style="dim"),
        Text(_against_the_rate(result["test"])),
        "",
        *render_offer(result),
        "",
        Text(verdict["headline"], style=_STYLES.get(verdict["kind"], "bold")),
        *(Text(sentence) for sentence in verdict["sentences"]),
        *(Text(sentence, style="yellow") for sentence in _doctor(result)),
        *(Text(f"Missing figures: {reason}.", style="dim") for reason in result["test"]["reasons"].values()),
        "",
    )


def _doctor(result: Result) -> list[str]:
    """What the doctor warned of, and what the shop file accepts."""
    found = result.get("doctor")
    return [
        f"The doctor: {one['name']}: {one['words']}."
        + (f" Accepted: {one['accepted']}" if one["accepted"] is not None else "")
        for one in (found["findings"] if found else [])
        if one["grade"] != "note" or one["accepted"] is not None
    ]


def _parts(result: Result) -> Table:
    of_table = result["task"]["kind"] == "table"
    when = str(result["split"].get("column", "")) if of_table else "anchors"
    table = _table("part", *([escape(when)] if when else []), "rows", "bought", "base rate")
    for part in result["parts"]:
        if of_table and not part["n"]:
            continue
        held = places_in_words(part["anchors"]) if of_table else count(len(part["anchors"]))
        table.add_row(
            escape(part["part"]),
            *([escape(held)] if when else []),
            count(part["n"]),
            count(part["positives"]),
            percent(part["base_rate"]),
        )
    return table


def _figures(result: Result) -> Table:
    table = _table(*_HEADS)
    table.add_row(*_row(result["model"], result["test"]), style="bold")
    beside = result["rules"]
    for name in sorted(beside, key=lambda name: name != LOGISTIC):  # the other model first, then the rules
        table.add_row(*_row(name, beside[name]))
    return table


def _against_the_rate(test: Metrics) -> str:
    """Average precision, log loss and Brier score as what they are against the part's own base rate."""
    over, log_loss, brier = (
        test["average_precision_over_base"],
        test["log_loss_skill"],
        test["brier_skill"],
    )
    if over["value"] is None:
        return ""
    return (
        f"Against the base rate of {percent(test['base_rate'])}: average precision {figure(over['value'], 1)} times it"
        f" ({interval(over, 1)}), log loss less by {skill(log_loss)}, Brier by {skill(brier)}."
    )


def _row(name: str, found: Metrics) -> list[str]:
    return [
        escape(_shortened(name)),
        _with_range(found["average_precision"]),
        _with_range(found["roc_auc"]),
        figure(found["log_loss"]["value"], 4),
        figure(found["predicted_over_actual"], 2),
        percent(found["precision"]),
        percent(found["recall"]),
    ]


def _shortened(name: str) -> str:
    """A name that leaves the figures their room.

    >>> _shortened("carted_in_session"), _shortened("checked_delivery_detail alone")
    ('carted_in_session', 'checked_deli… alone')
    """
    if len(name) <= NAME:
        return name
    end = " alone" if name.endswith(" alone") else ""
    return f"{name[: NAME - len(end) - 1]}…{end}"


def _with_range(found: Estimate) -> str:
    return f"{figure(found['value'])}\n{interval(found).replace(' to ', '–')}"


def _table(*heads: str) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left", no_wrap=True)
    return table
