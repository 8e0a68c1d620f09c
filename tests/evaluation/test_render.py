"""The terminal's view of a run."""

import io

from rich.console import Console

from evaluation.sample import make_result
from willbuy.evaluation.render import render


def shown(width: int) -> str:
    result, _ = make_result(visitors=800, draws=100, model="xgboost [bold]")
    console = Console(width=width, file=io.StringIO(), color_system=None)
    console.print(render(result))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_everything_fits_into_80_columns() -> None:
    text = shown(80)
    assert "…" not in text and max(len(line) for line in text.splitlines()) <= 80
    for said in (
        "train",
        "embargo",
        "test",
        "everyone",
        "recency",
        "carted_7d",
        "xgboost [bold]",
        "Use it",
        "95 % intervals",
        "no_one",
        "buying_rate",
        "logistic",
        "Against the base rate of",
        "capacity *",
        "money_analytic",
        "profit, EUR",
        "if every reached buyer is worth the margin",
        "Threshold precision: no threshold that chooses",
        "Bands: very high from",
    ):
        assert said in text
