"""`willbuy serve`: the shop's model, live."""

from typing import Annotated

import typer

from willbuy.commands.options import DEFAULT_SHOP, Json, ShopFile, print_json


def serve(
    shop: ShopFile = DEFAULT_SHOP,
    host: Annotated[
        str | None, typer.Option(help="The address to listen at, instead of the shop file's.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="The port, instead of the shop file's; 0 takes a free one.", min=0, max=65535),
    ] = None,
    as_json: Json = False,
) -> None:
    """Answer over HTTP: scores of records and of visitors, from events as they come."""
    from willbuy.service.server import run_server
    from willbuy.shop import load_any

    run_server(
        load_any(shop),
        host=host,
        port=port,
        said=lambda words: print_json({"said": words}) if as_json else typer.echo(words),
    )
