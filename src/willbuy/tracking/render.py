"""The runs for the terminal: a list, or two beside each other."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from willbuy.errors import listed, printable
from willbuy.evaluation.bounds import METRIC_WORDS
from willbuy.evaluation.result.metrics import Estimate
from willbuy.evaluation.words import NONE, count, figure, interval
from willbuy.tracking.listing import Listing, RunLine

VERDICTS = {
    "use": "use it",
    "barely": "barely",
    "no_better": "no better",
    "worse": "worse",
    "not_enough_data": "too few",
}
NAMES = {
    "average_precision_over_base": "… over the base rate",
    "brier": "Brier score",
    "predicted_over_actual": "predicted / actual",
}
DIGITS = {"log_loss": 4, "brier": 4, "predicted_over_actual": 2, "average_precision_over_base": 1}


def render_listing(found: Listing) -> RenderableType:
    """What `willbuy runs` prints."""
    if not found.runs and not found.others:
        return "No run yet. Train one with: willbuy train"
    heads = (
        "run,\nmade",
        "task,\nmodel",
        "average\nprecision",
        "\nROC-AUC",
        "\nlog loss",
        "split,\nverdict",
        "\nbundle",
    )
    table = _table(*heads, numbers=(2, 3, 4))
    for run in found.runs:
        table.add_row(*_row(run))
    others = [Text(f"{printable(name)}: {why}.", style="dim") for name, why in found.others]
    words = "Each on its own test, with 95 % intervals. Two beside each other: willbuy runs RUN RUN"
    return Group(table, Text(words, style="dim"), *others) if found.runs else Group(*others)


def _row(run: RunLine) -> list[str]:
    return [
        f"{run.run}\n{run.made:%Y-%m-%d}",
        f"{escape(run.task)}\n{escape(run.model)}",
        *(_ranged(found, 3) for found in run.figures.values()),
        f"{escape(run.split)}\n{VERDICTS.get(run.verdict, run.verdict)}",
        run.bundle[:7],
    ]


def _ranged(found: Estimate, digits: int) -> str:
    return f"{figure(found['value'], digits)}\n{interval(found, digits).replace(' to ', '–')}"


def render_comparison(found: Mapping[str, Any]) -> RenderableType:
    """What `willbuy runs RUN RUN` prints."""
    names = [run["run"] for run in found["runs"]]
    heads = [f"{run['run']}\n{datetime.fromisoformat(run['made']):%Y-%m-%d}" for run in found["runs"]]
    return Group(
        _differs(found, heads),
        Text(_features(found["features"], names)),
        "",
        _figures(found, heads),
        "",
        *_paired(found["paired"], names),
    )


def _differs(found: Mapping[str, Any], heads: list[str]) -> RenderableType:
    if not found["differs"]:
        return Text("Nothing that is recorded of them differs.")
    table = _table("what differs", *heads)
    for name, pair in found["differs"].items():
        table.add_row(escape(printable(name)), *(escape(_short(value)) for value in pair))
    return table


def _short(value: Any) -> str:
    return printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), most=24)


def _features(found: Mapping[str, Any], names: list[str]) -> str:
    only = [
        f"only in {name}: {listed(found[key])}"
        for name, key in zip(names, ("only_first", "only_second"), strict=True)
        if found[key]
    ]
    return f"Features: {found['shared']} in both{''.join(f'; {one}' for one in only)}."


def _figures(found: Mapping[str, Any], heads: list[str]) -> Table:
    differences = found["paired"].get("differences", {})
    last = [f"{found['runs'][1]['run']} minus {found['runs'][0]['run']},\npaired"] if differences else []
    table = _table("on the\ntest part", *heads, *last, numbers=(1, 2, 3))
    table.add_row("rows, bought", *(f"{count(run['n'])}, {count(run['positives'])}" for run in found["runs"]))
    for metric in found["figures"][0]:
        digits = DIGITS.get(metric, 3)
        gap = differences.get(metric)
        cells = [_ranged(of[metric], digits) for of in found["figures"]]
        if differences:
            cells.append(_gap(gap, digits) if gap else NONE)
        table.add_row(NAMES.get(metric) or METRIC_WORDS[metric], *cells)
    return table


def _gap(found: Estimate, digits: int) -> str:
    value, low, high = (_signed(found[key], max(digits, 3)) for key in ("value", "low", "high"))
    return f"{value}\n{low} to {high}" if found["low"] is not None else value


def _signed(value: float | None, digits: int) -> str:
    """A difference, always with so many digits: a column of them is read downwards.

    >>> _signed(-0.00006, 4), _signed(0.01, 3), _signed(None, 3)
    ('−0.0001', '+0.010', '–')
    """
    return NONE if value is None else f"{value:+.{digits}f}".replace("-", "−")


def _paired(found: Mapping[str, Any], names: list[str]) -> list[Text]:
    if "why_not" in found:
        return [Text(f"No paired difference: {found['why_not']}.")]
    return [
        Text(
            f"Paired: both scored the same {count(found['rows'])} test rows, on the same draws of entities."
        ),
        Text(
            "Whoever picks a run by its test makes the test a part of training: the pick looks better than it is.",
            style="dim",
        ),
    ]


def _table(*heads: str, numbers: Sequence[int] = ()) -> Table:
    """A table that fits into 80 columns; the columns in `numbers` stand to the right."""
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number in numbers else "left", no_wrap=True)
    return table
