"""willbuy explore: one page that shows what the log, or the table, holds."""

from pathlib import Path
from typing import Annotated

import typer

from willbuy.commands.options import DEFAULT_SHOP, ShopFile, print_json


def explore(
    shop: ShopFile = DEFAULT_SHOP,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the page.")] = Path(
        "explore.html"
    ),
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the page's numbers as one JSON object; write no page.")
    ] = False,
) -> None:
    """Write what the data hold: one self-contained HTML page of charts."""
    from willbuy.explore.explore import explore as run_explore
    from willbuy.explore.page import write_page
    from willbuy.progress import step_log
    from willbuy.shop import load_any

    with step_log(quiet=as_json) as progress:
        found = run_explore(load_any(shop), progress)
    if as_json:
        print_json(found)
    else:
        write_page(found, output)
        typer.echo(f"Wrote {output}")
