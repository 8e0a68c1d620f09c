"""willbuy doctor: the leak audit, alone."""

from pathlib import Path
from typing import Annotated

import typer

from willbuy.commands.options import DEFAULT_SHOP, Json, ShopFile, print_json, show


def doctor(
    shop: ShopFile = DEFAULT_SHOP,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Where to write the page: doctor.html; none with --json, unless named."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Look for leaks, with proof. Exit code 1 where one is found that the shop file does not accept."""
    from willbuy.doctor.page import write_page
    from willbuy.doctor.render import render
    from willbuy.pipeline.doctor import diagnose
    from willbuy.progress import step_log
    from willbuy.shop import load_any

    loaded = load_any(shop)
    with step_log(quiet=as_json) as progress:
        diagnosis = diagnose(loaded, progress)
    page = output or (None if as_json else Path("doctor.html"))
    if page is not None:
        write_page(diagnosis, loaded.shop.name, page)
    if as_json:
        print_json({"shop": loaded.shop.name, "stops": bool(diagnosis.stopping), **diagnosis.to_result()})
    else:
        show(render(diagnosis))
        typer.echo(f"Wrote {page}")
    if diagnosis.stopping:
        raise typer.Exit(1)
