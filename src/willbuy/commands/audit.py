"""`willbuy audit`: what administrators did, and whether the log of it is as it was written."""

import re
from typing import Annotated, Any

import typer

from willbuy.commands.options import DEFAULT_SHOP, Json, ShopFile, print_json
from willbuy.errors import printable


def audit(
    shop: ShopFile = DEFAULT_SHOP,
    anchor: Annotated[
        str | None,
        typer.Option(
            metavar="HASH", help="A head's hash that was kept elsewhere; it must stand in the chain."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print the audit log and check its chain; ends with 1 where a line was changed, removed or swapped."""
    from willbuy.audit import head, lines, verify
    from willbuy.shop import load_any

    home = load_any(shop).home
    faults, last = verify(home, anchor), head(home)
    if as_json:
        told = [line._asdict() for line in lines(home)]
        print_json({"lines": told, "head": last._asdict(), "faults": faults})
    else:
        for line in lines(home):
            what = " ".join(
                f"{name}={_short(value)}" for name, value in line.what.items() if value not in (None, [])
            )
            typer.echo(f"{line.number:>5}  {line.moment[:19]}  {printable(line.actor)}  {line.act}  {what}")
        typer.echo(f"Head: act {last.number}, {last.hash}")
        for fault in faults:
            typer.echo(f"fault: {fault}", err=True)
    if faults:
        raise typer.Exit(1)


def _short(value: Any) -> str:
    """A list's members; of a hash as much as tells it from others."""
    if isinstance(value, list):
        return printable(", ".join(map(str, value)), 200)
    text = str(value)
    return text[:12] if re.fullmatch("[0-9a-f]{64}", text) else printable(text, 200)
