"""`willbuy serve`: the shop's model, live."""

import sys
from typing import Annotated

import typer

from willbuy.commands.actor import actor
from willbuy.commands.options import DEFAULT_SHOP, Json, ShopFile


def serve(
    shop: ShopFile = DEFAULT_SHOP,
    host: Annotated[
        str | None, typer.Option(help="The address to listen at, instead of the shop file's.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="The port, instead of the shop file's; 0 takes a free one.", min=0, max=65535),
    ] = None,
    run: Annotated[
        str | None,
        typer.Option("--run", help="Serve this run, whoever is champion, and follow no promotion."),
    ] = None,
    allow_unproven: Annotated[
        bool, typer.Option("--allow-unproven", help="Serve a model without a parity proof; /health says so.")
    ] = False,
    workers: Annotated[
        int,
        typer.Option(
            "--workers", help="How many processes answer; more than one need PostgreSQL.", min=1, max=64
        ),
    ] = 1,
    load: Annotated[
        bool, typer.Option("--load/--no-load", help="First load the visitors' history from the warehouse.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Answer over HTTP: scores of records and of visitors, from events as they come."""
    import json

    from willbuy.service.history import history_loader
    from willbuy.service.server import run_server
    from willbuy.shop import load_any

    def said(address: str, words: str) -> None:
        typer.echo(json.dumps({"address": address, "said": words}) if as_json else words)
        sys.stdout.flush()

    loaded = load_any(shop)
    run_server(
        loaded,
        host=host,
        port=port,
        run=run,
        allow_unproven=allow_unproven,
        load=history_loader(loaded, shop) if load else None,
        file=shop,
        actor=actor(),
        said=said,
        workers=workers,
    )
