"""Read a shop file."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from willbuy.errors import ShopError
from willbuy.shop import presets
from willbuy.shop.explain import explain
from willbuy.shop.model import Shop
from willbuy.shop.source import Source

LARGEST = 1 << 20
"""Bytes that a shop file may have."""


def load_shop(path: Path) -> Shop:
    """Read and check a shop file; the defaults of its preset stand where it says nothing.

    Raises ShopError that names the key, the value, what was expected and the nearest right spelling.
    """
    content = _read(Path(path))
    try:
        whole = _with_preset(content)
        return Shop.model_validate({**whole, "folder": Path(path).resolve().parent})
    except ValidationError as error:
        raise ShopError(f"{path}: {explain(Shop, content, error)}") from error
    except ShopError as error:
        raise ShopError(f"{path}: {error}") from error


def make_source(content: Mapping[str, Any]) -> Source:
    """Check the content of a `[source]` section. Raises ShopError that names the key."""
    try:
        return Source.model_validate(content)
    except ValidationError as error:
        raise ShopError(explain(Source, content, error, "source.")) from error


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


def _with_preset(content: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the file over the defaults of its preset; of the population all or nothing, as its keys exclude another."""
    source, target = content.get("source"), content.get("target")
    name = source.get("preset") if isinstance(source, Mapping) else None
    if not isinstance(name, str):
        return dict(content)
    defaults = dict(presets.get(name).defaults)
    defaults.pop("target", None)  # the question is the user's own
    if "population" in content:
        defaults.pop("population", None)
    if isinstance(target, Mapping) and target.get("within") == "session":
        defaults = {"shop": defaults.get("shop", {})}
    laid = {section: {**keys, **content.get(section, {})} for section, keys in defaults.items()
            if isinstance(content.get(section, {}), Mapping)}  # fmt: skip
    return {**content, **laid}
