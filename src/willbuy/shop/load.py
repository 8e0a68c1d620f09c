"""Read a shop file."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from willbuy.errors import ShopError
from willbuy.shop.beneath import with_preset, with_table_preset
from willbuy.shop.explain import explain
from willbuy.shop.model import Shop, TableShop
from willbuy.shop.section import Section
from willbuy.shop.source import Source
from willbuy.shop.table import Table

S = TypeVar("S", bound=Section)

LARGEST = 1 << 20
"""Bytes that a shop file may have."""

LOG_COMMANDS = ("ingest", "features")
"""What needs the events of a log. The others work on a table as well."""


def load_shop(path: Path) -> Shop:
    """Read and check the shop file of a log; the defaults of its preset stand where it says nothing.

    Raises ShopError that names the key, the value, what was expected and the nearest right spelling; of a table's
    file it says which commands do not work.
    """
    shop = load_any(path)
    if isinstance(shop, TableShop):
        raise ShopError(
            f"{path} is the shop file of a table ([table]); this command needs the events of a log ([source]). "
            f"On a table work all commands but {' and '.join(LOG_COMMANDS)}."
        )
    return shop


def load_any(path: Path) -> Shop | TableShop:
    """Read and check a shop file, of a log or of a table (which has the section `[table]`). Raises as `load_shop`."""
    content = _read(Path(path))
    try:
        return _checked(content, Path(path).resolve().parent)
    except ShopError as error:
        raise ShopError(f"{path}: {error}") from error


def make_source(content: Mapping[str, Any]) -> Source:
    """Check the content of a `[source]` section. Raises ShopError that names the key."""
    return _valid(Source, content, content, "source.")


def make_table(content: Mapping[str, Any]) -> Table:
    """Check the content of a `[table]` section, its preset laid beneath. Raises ShopError that names the key."""
    whole = with_table_preset({"table": content})["table"]
    return _valid(Table, whole, whole, "table.")


def _checked(content: dict[str, Any], folder: Path) -> Shop | TableShop:
    if "table" not in content:
        return _valid(Shop, {**with_preset(content), "folder": folder}, content)
    if "source" in content:
        raise ShopError("[table] contradicts [source]: a shop file is of a table or of a log. Take one away.")
    whole = {**with_table_preset(content), "folder": folder}
    return _valid(TableShop, whole, whole)


def _valid(model: type[S], whole: Mapping[str, Any], shown: Mapping[str, Any], prefix: str = "") -> S:
    try:
        return model.model_validate(whole)
    except ValidationError as error:
        raise ShopError(explain(model, shown, error, prefix)) from error


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise ShopError(f"no shop file at {path}. Make one with: willbuy init EVENTS_FILE")
    if not path.is_file():
        raise ShopError(f"{path} is no file. Name the shop file: --shop {path / 'shop.toml'}")
    if path.stat().st_size > LARGEST:
        raise ShopError(f"{path} is larger than 1 MiB: that is no shop file.")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ShopError(f"{path} is no TOML: {error}") from error
    if "folder" in content:
        raise ShopError(f"{path}: unknown key folder. The folder is the one that the file lies in.")
    return content
