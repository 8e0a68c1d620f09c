"""`willbuy copy`: the log, carried to another engine and compared there."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from willbuy.commands.options import DEFAULT_SHOP, Json, ShopFile, print_json
from willbuy.errors import InputError

if TYPE_CHECKING:
    from willbuy.shop import Shop

ENGINES = ("duckdb", "postgres", "spark")


def copy(
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="ENGINE|URL",
            help="duckdb, postgres, spark, or a server's address: postgresql://willbuy@db.example/shops",
        ),
    ],
    schema: Annotated[
        str | None, typer.Option("--schema", help="Of PostgreSQL: the schema; the shop file's otherwise.")
    ] = None,
    shop: ShopFile = DEFAULT_SHOP,
    as_json: Json = False,
) -> None:
    """Copy the log to another engine, and prove that it is the same there."""
    from willbuy.commands.erase import finish_erasures
    from willbuy.events.copying import copy_log
    from willbuy.progress import progress_bar
    from willbuy.shop import load_shop

    loaded = load_shop(shop)
    finish_erasures(loaded)
    target = _target(loaded, to, schema)
    with progress_bar("copy", unit="rows", quiet=as_json) as progress:
        copied = copy_log(loaded, target, progress)
    lines = _lines(target)
    if as_json:
        print_json({**copied.to_json(), "storage": lines})
        return
    typer.echo(copied.sentence())
    typer.echo("The shop file is as it was. To work there, let it say:\n\n[storage]")
    for name, value in lines.items():
        typer.echo(f'{name} = "{value}"')


def _target(shop: "Shop", to: str, schema: str | None) -> "Shop":
    """The same shop with its log elsewhere."""
    address = to.startswith(("postgres://", "postgresql://"))
    if not address and to not in ENGINES:
        raise InputError(
            f"--to is {to!r}: name an engine ({', '.join(ENGINES)}) or the address of a PostgreSQL server"
        )
    engine = "postgres" if address else to
    changed: dict[str, Any] = {"engine": engine, "schema": schema or shop.storage.schema}
    if address:
        changed["url"] = to  # not checked as a shop file's: it may carry a password, and is written nowhere
    return shop.model_copy(update={"storage": shop.storage.model_copy(update=changed)})


def _lines(target: "Shop") -> dict[str, str]:
    """What the shop file has to say of its storage to work at the target; no password among it."""
    storage = target.storage
    lines = {"engine": str(storage.engine)}
    if storage.engine == "postgres":
        lines |= _address(storage.url)
        if storage.schema:
            lines["schema"] = storage.schema
    return lines


def _address(url: str | None) -> dict[str, str]:
    import os
    from urllib.parse import urlsplit, urlunsplit

    from willbuy.warehouse.postgres.connecting import URL

    address = url or os.environ.get(URL, "")
    if not address:
        return {}  # the PG* variables say it
    parts = urlsplit(address)
    if "password" in parts.query:
        return {}
    user = f"{parts.username}@" if parts.username else ""
    place = parts.netloc.rpartition("@")[2]
    return {"url": urlunsplit((parts.scheme, user + place, parts.path, parts.query, ""))}
