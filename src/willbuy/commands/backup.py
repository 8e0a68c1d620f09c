"""willbuy backup: a copy of what the service has written."""

from pathlib import Path
from typing import Annotated

import typer

from willbuy.commands.options import DEFAULT_SHOP, Json, ShopFile, print_json


def backup(
    folder: Annotated[Path, typer.Argument(help="Where to write the copy: an empty folder, or a new one.")],
    shop: ShopFile = DEFAULT_SHOP,
    as_json: Json = False,
) -> None:
    """Copy what the service has written: events, answers, keys, the registry, the audit log. The service goes on."""
    from willbuy.shop import load_any
    from willbuy.store.backup import back_up
    from willbuy.store.opening import on_server

    loaded = load_any(shop)
    done = back_up(loaded.home, folder, elsewhere=on_server(loaded))
    if as_json:
        print_json(done.to_json())
    else:
        typer.echo(done.sentence())
