"""`willbuy rollback`: the champion before this one is champion again."""

from typing import Annotated

import typer

from willbuy.commands.actor import actor
from willbuy.commands.options import DEFAULT_SHOP, Json, ShopFile, print_json
from willbuy.commands.promote import point_mlflow


def rollback(
    shop: ShopFile = DEFAULT_SHOP,
    reason: Annotated[str | None, typer.Option(help="Why; it goes to the audit log.")] = None,
    as_json: Json = False,
) -> None:
    """Go back to the champion before this one. It waits for nobody, and needs no network."""
    from willbuy.registry.rollback import rollback as roll_back
    from willbuy.service.moments import utc_now
    from willbuy.shop import load_any

    loaded = load_any(shop)
    pointer = roll_back(loaded, actor(), utc_now(), reason=reason)
    if as_json:
        print_json({"pointer": pointer.to_dict()})
    else:
        typer.echo(f"Run {pointer.run} is champion again (token {pointer.token}).")
    point_mlflow(loaded, "champion", pointer.bundle)
