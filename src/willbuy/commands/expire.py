"""`willbuy expire`: forget what is older than the shop keeps."""

from typing import Annotated

import typer

from willbuy.commands.actor import actor
from willbuy.commands.options import DEFAULT_SHOP, Json, ShopFile, print_json
from willbuy.service.moments import utc_now


def expire(
    days: Annotated[
        int | None,
        typer.Option(
            "--days",
            min=1,
            help="Also forget rows of the ingested log whose event is older than so many days.",
        ),
    ] = None,
    shop: ShopFile = DEFAULT_SHOP,
    as_json: Json = False,
) -> None:
    """Forget what is older than the shop keeps."""
    from willbuy.privacy.expire import expire as run_expire
    from willbuy.shop import load_any

    expired = run_expire(load_any(shop), utc_now(), actor(), days)
    if as_json:
        print_json(expired.to_json())
    else:
        typer.echo(expired.sentence())
