"""`willbuy runs`: the shop's runs, two of them compared, mirrored into MLflow, or opened in its pages."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from willbuy.commands.options import DEFAULT_SHOP, Json, ShopFile, print_json, shop_flag, show
from willbuy.errors import WillbuyError, listed


def runs(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="None: list all. Two: compare them, such as 0003 0007.", metavar="[RUN RUN]"),
    ] = None,
    shop: ShopFile = DEFAULT_SHOP,
    mirror: Annotated[
        bool, typer.Option("--mirror", help="Send the complete runs to MLflow that are not there yet.")
    ] = False,
    ui: Annotated[
        bool, typer.Option("--ui", help="Open MLflow's pages on this machine; needs the extra mlflow-ui.")
    ] = False,
    port: Annotated[int, typer.Option(help="The port of --ui.", min=1, max=65535)] = 5000,
    as_json: Json = False,
) -> None:
    """List the runs, or compare two of them."""
    from willbuy.shop import load_any

    _check(names or [], mirror, ui)
    loaded = load_any(shop)
    if ui:
        _open(loaded, port)
    elif mirror:
        _mirror(loaded, as_json)
    elif names:
        _compare(loaded, names, as_json)
    else:
        _list(loaded, as_json)


def mirror_after(shop: Any, run: str, file: Path, quiet: bool) -> None:
    """Mirror a run that has just been trained, where the shop file asks for it; what fails is a warning on standard error."""
    from willbuy.tracking.after_training import mirror_after_training

    mirror_after_training(
        shop,
        run,
        said=lambda words: None if quiet else typer.echo(words),
        warned=lambda words: typer.echo(words, err=True),
        again=f"willbuy runs --mirror{shop_flag(file)}",
    )


def _check(names: list[str], mirror: bool, ui: bool) -> None:
    if mirror and ui:
        raise WillbuyError("--mirror and --ui exclude each other: send the runs first, then open the pages")
    if names and (mirror or ui):
        raise WillbuyError("--mirror and --ui are about all runs: name none")
    if len(names) not in (0, 2):
        raise WillbuyError(f"expected two runs to compare, or none to list all; found: {listed(names)}")


def _list(shop: Any, as_json: bool) -> None:
    from willbuy.tracking.listing import list_runs

    found = list_runs(shop)
    if as_json:
        print_json(found.to_dict())
        return
    from willbuy.tracking.render import render_listing

    show(render_listing(found))


def _compare(shop: Any, names: list[str], as_json: bool) -> None:
    from willbuy.tracking.comparing import compare_runs

    found = compare_runs(shop, *names)
    if as_json:
        print_json(found)
        return
    from willbuy.tracking.render import render_comparison

    show(render_comparison(found))


def _mirror(shop: Any, as_json: bool) -> None:
    from willbuy.tracking.mirror import mirror_runs

    done = []
    for one in mirror_runs(shop):
        done.append(one)
        if not as_json:
            typer.echo(one.sentence())
    if as_json:
        print_json({"mirrored": [one.to_dict() for one in done]})
    elif not done:
        typer.echo("No complete run to mirror. Train one with: willbuy train")


def _open(shop: Any, port: int) -> None:
    from willbuy.tracking.ui import pages

    opened = pages(shop, port)
    typer.echo(f"MLflow answers at {opened.address} in half a minute. Stop it with Ctrl-C.")
    sys.stdout.flush()
    os.execve(
        opened.command[0], opened.command, opened.environment
    )  # Ctrl-C and kill reach the server itself
