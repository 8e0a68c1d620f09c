"""`willbuy erase`: a visitor's data, gone from everywhere."""

import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from willbuy.commands.actor import actor
from willbuy.commands.options import DEFAULT_SHOP, Json, ShopFile, print_json
from willbuy.errors import InputError
from willbuy.service.moments import utc_now

if TYPE_CHECKING:
    from willbuy.shop.common import Common

STDIN = "-"


def erase(
    visitor: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]",
            help="Whom to erase, by the id as the log has it; - reads it from standard input, off the list of processes. "
            "Without it, erasures that something has stopped are ended.",
        ),
    ] = None,
    shop: ShopFile = DEFAULT_SHOP,
    rest: Annotated[
        bool, typer.Option("--rest", help="All but the live store: the service has done that itself.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Erase a visitor everywhere, and drop what comes of them later."""
    from willbuy.hashed_ids import entity_of
    from willbuy.privacy.erase import erase as run_erase
    from willbuy.privacy.erase import finish
    from willbuy.shop import load_any

    loaded = load_any(shop)
    if visitor is None:
        ended = finish(loaded, utc_now())
    else:
        ended = [run_erase(loaded, entity_of(loaded, _id_of(visitor)), utc_now(), actor(), live=not rest)]
    if as_json:
        print_json({"erased": [erased.to_json() for erased in ended]})
    else:
        for erased in ended:
            typer.echo(erased.sentence())
        if not ended:
            typer.echo("No erasure is unfinished.")


def _id_of(visitor: str) -> str:
    """The id that was given, or the one on standard input, without the end of its line."""
    name = sys.stdin.read().removesuffix("\n").removesuffix("\r") if visitor == STDIN else visitor
    if not name:
        raise InputError("no id was given. Expected one, as an argument or on standard input.")
    if "\0" in name or any("\ud800" <= letter <= "\udfff" for letter in name):
        raise InputError("the id holds a NUL, or bytes that are no UTF-8: no id that was ever stored does.")
    return name


def finish_erasures(shop: "Common", clock: Callable[[], datetime] = utc_now) -> None:
    """End the erasures that something has stopped; for commands that read what may not be there any more.

    What a running service has still to erase from its own store stops no command.
    """
    if (shop.home / "privacy" / "erasing").is_dir():  # else nothing was ever erased, and nothing is imported
        from willbuy.privacy.erase import StillServed, finish

        with suppress(StillServed):
            finish(shop, clock())
