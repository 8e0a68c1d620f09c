"""willbuy doctor: the leak audit, alone."""

import typer

from willbuy.commands.options import DEFAULT_SHOP, Json, ShopFile, print_json, show


def doctor(shop: ShopFile = DEFAULT_SHOP, as_json: Json = False) -> None:
    """Look for leaks, with proof; exit code 1 where one is found that the shop file does not accept."""
    from willbuy.doctor.render import render
    from willbuy.pipeline.doctor import diagnose
    from willbuy.progress import step_log
    from willbuy.shop import load_shop

    loaded = load_shop(shop)
    with step_log(quiet=as_json) as progress:
        diagnosis = diagnose(loaded, progress)
    if as_json:
        print_json({"shop": loaded.shop.name, "stops": bool(diagnosis.stopping), **diagnosis.to_result()})
    else:
        show(render(diagnosis))
    if diagnosis.stopping:
        raise typer.Exit(1)
