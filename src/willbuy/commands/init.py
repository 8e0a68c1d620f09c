"""willbuy init: look at a log or a table, and write its shop file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from willbuy.commands.options import DEFAULT_SHOP, ShopFile, shop_flag, show
from willbuy.errors import ShopError


def init(
    files: Annotated[list[Path], typer.Argument(help="The event log, or the table: one file or more.")],
    preset: Annotated[
        str | None, typer.Option(help="A known log or table: retailrocket, rees46, online_shoppers, ...")
    ] = None,
    within: Annotated[str | None, typer.Option(help="The horizon: 7d, 30d, ... or session.")] = None,
    zone: Annotated[
        str | None, typer.Option(help="Zone of times that carry none, such as Europe/London.")
    ] = None,
    shop: ShopFile = DEFAULT_SHOP,
    force: Annotated[bool, typer.Option("--force", help="Write over an existing shop file.")] = False,
    column: Annotated[
        list[str] | None,
        typer.Option(help="FIELD=NAME: the column that holds a field, such as entity=cookie."),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(help="KIND=NAME: what a name means, such as purchase=order; other=* the rest."),
    ] = None,
    every_row: Annotated[str | None, typer.Option(help="The kind of every row, such as purchase.")] = None,
    header: Annotated[
        str | None, typer.Option(help="Names for columns without a header line: user,time,...")
    ] = None,
    time_unit: Annotated[str | None, typer.Option(help="The unit of the times: s, ms, us or text.")] = None,
    time_format: Annotated[
        str | None, typer.Option(help="How times are written, as for strptime: '%d.%m.%Y %H:%M'.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="How letters are written, such as cp1252.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="What stands between two columns.")] = None,
    target: Annotated[
        str | None,
        typer.Option(help="Of a table, one row a session or customer: the column that says who bought."),
    ] = None,
    identity: Annotated[
        str | None, typer.Option("--id", help="Of a table: the column of the entity.")
    ] = None,
    order: Annotated[
        str | None, typer.Option(help="Of a table: the column that orders the rows in time.")
    ] = None,
    buys: Annotated[
        list[str] | None, typer.Option(help="Of a table: a value of the target that means a buyer.")
    ] = None,
    others: Annotated[
        list[str] | None, typer.Option(help="Of a table: a value of the target that means none.")
    ] = None,
) -> None:
    """Look at an event log, or at a table with --target, and write a commented shop file."""
    of_table = {"target": target, "id": identity, "order": order, "buys": buys, "others": others}
    of_log = {"within": within, "zone": zone, "column": column, "kind": kind, "every-row": every_row,
              "header": header, "time-unit": time_unit, "time-format": time_format}  # fmt: skip
    of_both = {"preset": preset, "encoding": encoding, "delimiter": delimiter}
    if is_table(files, preset, of_table, of_log):
        _table(files, shop, force, {**of_table, **of_both})
    else:
        _log(files, shop, force, {**of_log, **of_both})


def is_table(
    files: Sequence[Path], preset: str | None, of_table: Mapping[str, Any], of_log: Mapping[str, Any]
) -> bool:
    """Whether the files are a table: it is said, or they have the columns of one that is known.

    Raises ShopError where options of a table stand beside those of a log.
    """
    from willbuy.shop import presets
    from willbuy.tables.look import known_table

    table = [name for name, said in of_table.items() if said]
    log = [name for name, said in of_log.items() if said]
    known = preset in presets.table_names() or (
        preset is None and not log and known_table(files[0]) is not None
    )
    if table and log:
        raise ShopError(f"--{table[0]} is of a table, --{log[0]} of a log of events. Take one away.")
    if table and not (of_table["target"] or known):
        raise ShopError(f"--{table[0]} is of a table: say with --target which column tells who bought.")
    return known or bool(table)


def _table(files: list[Path], shop: Path, force: bool, said: Mapping[str, Any]) -> None:
    from willbuy.tables.look import init_table, render

    sight = init_table(files, shop_path=shop, force=force, **said)
    show(render(sight))
    typer.echo(f"Wrote {shop}. Read it, then run: willbuy train{shop_flag(shop)}")


def _log(files: list[Path], shop: Path, force: bool, said: Mapping[str, Any]) -> None:
    from willbuy.events.look import init as look_and_write
    from willbuy.events.look import render

    names = {"column": "columns", "kind": "kinds"}
    given = {names.get(name, name.replace("-", "_")): value for name, value in said.items()}
    given["header"] = given["header"].split(",") if given["header"] else None
    sight = look_and_write(files, shop_path=shop, force=force, **given)
    show(render(sight))
    typer.echo(f"Wrote {shop}. Read it, then run: willbuy ingest{shop_flag(shop)}")
