"""`willbuy rebuild`: the tables made anew from the rows as they came."""

from typing import Annotated

import typer

from willbuy.commands.options import DEFAULT_SHOP, Json, ShopFile, print_json


def rebuild(
    without_lost: Annotated[
        bool,
        typer.Option("--without-lost", help="Go on where bronze has lost rows: the log is what is left."),
    ] = False,
    shop: ShopFile = DEFAULT_SHOP,
    as_json: Json = False,
) -> None:
    """Make the log's tables anew from the rows as they came; no source file is needed."""
    from willbuy.commands.erase import finish_erasures
    from willbuy.events.rebuild import rebuild as run_rebuild
    from willbuy.progress import progress_bar
    from willbuy.shop import load_shop

    loaded = load_shop(shop)
    finish_erasures(loaded)
    with progress_bar("rebuild", unit="rows", quiet=as_json) as progress:
        rebuilt = run_rebuild(loaded, progress, without_lost=without_lost)
    if as_json:
        print_json(rebuilt.to_json())
    else:
        typer.echo(rebuilt.sentence())
