"""The offer for the terminal: the thresholds on the test part, where a wish was not met, the bands."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from willbuy.evaluation.result.decision import BandResult, ThresholdResult
from willbuy.evaluation.result.metrics import Estimate
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.words import money, money_interval, percent, percent_interval


def render_offer(result: Result) -> Iterator[RenderableType]:
    """The lines; none for a result without thresholds."""
    thresholds = result.get("thresholds") or []
    if len(thresholds) == 1:
        yield Text(f"Threshold: {percent(thresholds[0]['value'])}, {thresholds[0]['words']}.")
    elif thresholds:
        yield _table(result, thresholds)
        yield Text("* in use. Chosen on out-of-fold predictions, shown on the test part.", style="dim")
    if any(threshold["profit"] is not None for threshold in thresholds):
        yield Text("Profit: if every reached buyer is worth the margin.", style="dim")
    for threshold in thresholds:
        if threshold["note"]:
            style = "bold yellow" if threshold["chosen"] else ""
            yield Text(f"Threshold {threshold['name']}: {threshold['note']}.", style=style)
    if bands := result.get("bands"):
        yield Text(f"Bands: {band_words(bands)}.")


def band_words(bands: list[BandResult]) -> str:
    """Where each band begins.

    >>> rest = {"high": 1.0, "times": 1.0, "n": 0, "positives": 0, "actual": {}}
    >>> band_words([{"name": "high", "low": 0.2, **rest}, {"name": "low", "low": 0.0, **rest}])
    'high from 20.0 %, low below'
    """
    return ", ".join(
        f"{band['name']} from {percent(band['low'])}" if band["low"] else f"{band['name']} below"
        for band in bands
    )


def _table(result: Result, thresholds: list[ThresholdResult]) -> Table:
    currency = result["offer"]["currency"]
    rich = any(threshold["profit"] is not None for threshold in thresholds)
    heads = ["threshold", "from", "chosen", "bought", "precision", "recall"]
    heads += [f"profit{f', {currency}' if currency else ''}"] * rich
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left", no_wrap=True)
    for threshold in thresholds:
        table.add_row(*_row(threshold, rich), style="bold" if threshold["chosen"] else "")
    return table


def _row(threshold: ThresholdResult, rich: bool) -> list[str]:
    test = threshold["test"]
    row = [
        f"{threshold['name']}{' *' if threshold['chosen'] else ''}",
        percent(threshold["value"]),
        f"{test['selected']:,}",
        f"{test['confusion']['true_positive']:,}",
        _range(test["precision"]),
        _range(test["recall"]),
    ]
    profit = test["profit"]
    if rich:
        row.append("–" if profit is None else f"{money(profit['value'])}\n{_dash(money_interval(profit))}")
    return row


def _range(found: Estimate) -> str:
    return f"{percent(found['value'])}\n{_dash(percent_interval(found)).replace(' %', '')}"


def _dash(interval: str) -> str:
    return interval.replace(" to ", "–")
