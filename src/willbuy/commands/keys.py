"""`willbuy keys`: who may ask the service."""

from typing import Annotated, Any

import typer

from willbuy.commands.actor import actor
from willbuy.commands.options import DEFAULT_SHOP, Json, ShopFile, print_json
from willbuy.errors import WillbuyError, did_you_mean, printable

ACTS = ("add", "list", "revoke")


def keys(
    act: Annotated[str, typer.Argument(help="add, list or revoke.", metavar="add|list|revoke")] = "list",
    name: Annotated[
        str | None, typer.Argument(help="Whose key: small letters, digits and hyphens.", metavar="[NAME]")
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What the key may do: ingest, predict, read, admin. Give it once for each."),
    ] = None,
    shop: ShopFile = DEFAULT_SHOP,
    as_json: Json = False,
) -> None:
    """Make a key of the service, which is shown once; list keys; or revoke one."""
    from willbuy.shop import load_any

    if act not in ACTS:
        raise WillbuyError(f"expected {', '.join(ACTS)}; found: {printable(act)!r}.{did_you_mean(act, ACTS)}")
    if act == "list":
        _list(load_any(shop), as_json)
    elif name is None:
        raise WillbuyError(f"whose key? Say: willbuy keys {act} NAME")
    elif act == "add":
        _add(load_any(shop), name, scope or [], as_json)
    else:
        _revoke(load_any(shop), name, as_json)


def _add(shop: Any, name: str, scopes: list[str], as_json: bool) -> None:
    from willbuy.service.gate.keys import add_key
    from willbuy.service.moments import utc_now

    token = add_key(shop.home, name, scopes, utc_now(), actor())
    if as_json:
        print_json({"name": name, "scopes": sorted(set(scopes)), "key": token})
    else:
        typer.echo(
            f"{token}\nThis is the only time that the key is shown: keep it now. Its hash is kept here."
        )


def _list(shop: Any, as_json: bool) -> None:
    from willbuy.service.gate.keys import list_keys

    stored = list_keys(shop.home)
    if as_json:
        fields = ("name", "scopes", "created", "revoked")
        print_json({"keys": [{field: getattr(one, field) for field in fields} for one in stored]})
        return
    for one in stored:
        state = f"revoked {one.revoked}" if one.revoked else "active"
        typer.echo(f"{one.name:<20} {', '.join(one.scopes):<30} made {one.created}  {state}")
    if not stored:
        typer.echo("No keys. Make one with: willbuy keys add NAME --scope predict")


def _revoke(shop: Any, name: str, as_json: bool) -> None:
    from willbuy.service.gate.keys import revoke_key
    from willbuy.service.moments import utc_now

    revoke_key(shop.home, name, utc_now(), actor())
    if as_json:
        print_json({"revoked": name})
    else:
        typer.echo(f"The key {name} opens nothing any more; a running service knows within a second.")
