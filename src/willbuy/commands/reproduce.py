"""`willbuy reproduce`: a published system's figures, made again, beside ours on the same rows."""

from pathlib import Path
from typing import Annotated

import typer

from willbuy.commands.options import Json, print_json, show


def reproduce(
    system: Annotated[
        str,
        typer.Argument(help="online_shoppers, retailtech, rees46, retailrocket or propensity_flags."),
    ],
    data: Annotated[
        list[Path] | None,
        typer.Option(help="The system's data file; what can be generated needs none. May be given twice."),
    ] = None,
    write: Annotated[
        Path | None, typer.Option(help="Also write the part into this page, such as docs/results.md.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run a published system's method, and ours on the same rows."""
    from willbuy.progress import step_log
    from willbuy.reproductions import reproduce as run_reproduction
    from willbuy.reproductions.page import put_part
    from willbuy.reproductions.render import as_markdown, as_text

    with step_log(quiet=as_json) as say:
        found = run_reproduction(system, data or (), say)
    if write:
        put_part(write, f"reproduce {system}", as_markdown(found))
    if as_json:
        print_json(found)
    else:
        show(as_text(found))
