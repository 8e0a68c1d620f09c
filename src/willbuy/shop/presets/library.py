"""The presets: one TOML file a known log or table, with the section it stands for and defaults for other sections."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from willbuy.errors import ShopError, did_you_mean


@dataclass(frozen=True)
class Preset:
    """A known log.

    `columns` are those it was published with, by which it is recognised. `source` holds keys of the shop file's `[source]`; `defaults` holds other sections (`shop.zone`,
    `target.within`, `population`, `features`), which stand wherever a shop file says nothing
    (but `target`, which only `willbuy init` proposes).
    """

    name: str
    title: str
    columns: tuple[str, ...]
    source: Mapping[str, Any]
    defaults: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class TablePreset:
    """A known table: the columns by which it is recognised, keys of the shop file's `[table]`, defaults for others.

    `table["columns"]` holds the role of each input, by name. `columns` is empty for a preset that only changes another.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    table: Mapping[str, Any]
    defaults: Mapping[str, Mapping[str, Any]]


@cache
def names() -> tuple[str, ...]:
    """The names of all presets, sorted.

    >>> names()
    ('cdnow', 'online_retail', 'rees46', 'retailrocket', 'taobao')
    """
    return _in_folder(resources.files(__package__))


@cache
def table_names() -> tuple[str, ...]:
    """The names of all presets of tables, sorted.

    >>> table_names()
    ('online_shoppers', 'online_shoppers_known', 'propensity_flags', 'retailtech')
    """
    return _in_folder(_tables())


@cache
def get(name: str) -> Preset:
    """Read a preset. Raises ShopError that lists the names there are.

    >>> get("retailrocket").source["columns"]["entity"]
    'visitorid'
    """
    content = _read(resources.files(__package__), name, names())
    return Preset(
        name, content["title"], tuple(content["columns"]), content["source"], content.get("defaults", {})
    )


@cache
def get_table(name: str) -> TablePreset:
    """Read a preset of a table. Raises ShopError that lists the names there are.

    >>> get_table("online_shoppers").table["target"]
    'Revenue'
    """
    content = _read(_tables(), name, table_names())
    if "like" in content:
        return _changed(get_table(content["like"]), name, content)
    return TablePreset(
        name, content["title"], tuple(content["columns"]), content["table"], content.get("defaults", {})
    )


def _changed(like: TablePreset, name: str, content: Mapping[str, Any]) -> TablePreset:
    """Another preset with some keys changed. Nobody can tell it by its columns: it has to be named."""
    table = {**like.table, **content["table"]}
    table["columns"] = {**like.table["columns"], **content["table"].get("columns", {})}
    return replace(like, name=name, title=content["title"], columns=(), table=table)


def _tables() -> Traversable:
    return resources.files(__package__).joinpath("tables")


def _in_folder(folder: Traversable) -> tuple[str, ...]:
    found = (file.name for file in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


def _read(folder: Traversable, name: str, known: tuple[str, ...]) -> dict[str, Any]:
    if name not in known:
        raise ShopError(f"unknown preset {name!r}. There are: {', '.join(known)}.{did_you_mean(name, known)}")
    return tomllib.loads(folder.joinpath(f"{name}.toml").read_text(encoding="utf-8"))
