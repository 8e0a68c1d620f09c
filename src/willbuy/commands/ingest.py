"""willbuy ingest: the shop's files, or what the service received, into the log."""

from typing import Annotated

import typer

from willbuy.commands.options import DEFAULT_SHOP, Json, ShopFile, print_json, shop_flag, show
from willbuy.errors import WillbuyError


def ingest(
    files: Annotated[
        list[str] | None, typer.Argument(help="Files or globs; the shop file's by default.")
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="No files: what the service has received since the last time.")
    ] = False,
    hold: Annotated[
        bool,
        typer.Option(
            "--hold",
            help="Read and check now; the next ingest without it merges, and needs these files no more.",
        ),
    ] = False,
    shop: ShopFile = DEFAULT_SHOP,
    as_json: Json = False,
) -> None:
    """Read the log; account for every row of it."""
    from willbuy.commands.erase import finish_erasures
    from willbuy.events.ingest import ingest as ingest_files
    from willbuy.events.ingest import ingest_live, render
    from willbuy.progress import progress_bar
    from willbuy.shop import load_shop
    from willbuy.store.opening import open_live_log
    from willbuy.warehouse.lacking import refuse_lacking

    if live and files:
        raise WillbuyError(
            "--live reads what the service received, and no files. Ingest the files by themselves."
        )
    if live and hold:
        raise WillbuyError("--hold is for files; live events are few, and merged at once.")
    loaded = load_shop(shop)
    finish_erasures(loaded)
    with progress_bar("ingest", unit="rows", quiet=as_json) as progress:
        if live:
            refuse_lacking("ingest --live", loaded.storage.engine)
            with open_live_log(loaded) as received:
                result = ingest_live(loaded, received, progress)
        else:
            result = ingest_files(loaded, files or None, progress, hold=hold)
    if as_json:
        print_json(result.to_json())
    else:
        show(render(result))
        if hold:
            typer.echo(f"Next: the parts that follow, then willbuy ingest{shop_flag(shop)} without --hold")
            return
        typer.echo(f"Next: willbuy train{shop_flag(shop)}")
