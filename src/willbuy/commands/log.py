"""willbuy log: what the service answered, as one file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from willbuy.commands.options import DEFAULT_SHOP, Json, ShopFile, print_json
from willbuy.errors import WillbuyError

if TYPE_CHECKING:
    from datetime import datetime

    from willbuy.shop import Common


def log(
    output: Annotated[Path, typer.Option("--output", "-o", help="answers.parquet or answers.csv.")] = Path(
        "answers.parquet"
    ),
    since: Annotated[
        str | None, typer.Option(help="Answers from this moment on (2015-09-01); the first by default.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Answers before this moment; the last by default.")
    ] = None,
    run: Annotated[str | None, typer.Option("--run", help="Only what this run's model answered.")] = None,
    shop: ShopFile = DEFAULT_SHOP,
    as_json: Json = False,
) -> None:
    """Write the prediction log of the service: every answer with its features, its version and its moment."""
    from willbuy.progress import progress_bar
    from willbuy.scoring.output import check_output
    from willbuy.shop import load_any
    from willbuy.store.opening import open_answers
    from willbuy.store.predictions.export import export_answers

    loaded = load_any(shop)
    check_output(output)
    start, end = _moments(loaded, since, until)
    version = None if run is None else _version(loaded, run)
    with progress_bar("log", unit="answers", quiet=as_json) as progress:
        result = export_answers(
            loaded.home,
            output,
            start,
            end,
            version,
            progress,
            memory=loaded.storage.memory,
            answers=open_answers(loaded),
        )
    if as_json:
        print_json(result.to_json())
    else:
        typer.echo(result.sentence())


def _moments(
    shop: "Common", since: str | None, until: str | None
) -> tuple["datetime | None", "datetime | None"]:
    from willbuy.moments import parse_moment

    start, end = (None if text is None else parse_moment(text, shop) for text in (since, until))
    if start is not None and end is not None and start >= end:
        raise WillbuyError(f"--since {since} is not before --until {until}")
    return start, end


def _version(shop: "Common", run: str) -> str:
    from willbuy.models.manifest import sha256
    from willbuy.runs import BUNDLE, complete_run

    return sha256((complete_run(shop.home, run) / BUNDLE / "manifest.json").read_bytes())
