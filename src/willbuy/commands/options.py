"""Options that commands share, and the ways in which they print."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

DEFAULT_SHOP = Path("shop.toml")

ShopFile = Annotated[Path, typer.Option("--shop", help="The shop file.", show_default=True)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]
RunName = Annotated[
    str | None,
    typer.Option("--run", help="The run to use, or `champion`; the newest complete one by default."),
]


def show(renderable: Any) -> None:
    """Print a text as it is, anything else through rich."""
    if isinstance(renderable, str):
        typer.echo(renderable)
        return
    from rich.console import Console

    Console().print(renderable)


def print_json(content: Mapping[str, Any]) -> None:
    """Print one JSON object."""
    typer.echo(json.dumps(content, indent=2, allow_nan=False))


def shop_flag(shop: Path) -> str:
    """The --shop option of a command to run next; "" where it is the default."""
    return "" if shop == DEFAULT_SHOP else f" --shop {shop}"
