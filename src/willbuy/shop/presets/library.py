"""The presets: one TOML file a known log, with the `[source]` it stands for and defaults for other sections."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
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


@cache
def names() -> tuple[str, ...]:
    """The names of all presets, sorted.

    >>> names()
    ('cdnow', 'online_retail', 'rees46', 'retailrocket', 'taobao')
    """
    files = resources.files(__package__).iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


@cache
def get(name: str) -> Preset:
    """Read a preset. Raises ShopError that lists the names there are.

    >>> get("retailrocket").source["columns"]["entity"]
    'visitorid'
    """
    if name not in names():
        raise ShopError(
            f"unknown preset {name!r}. There are: {', '.join(names())}.{did_you_mean(name, names())}"
        )
    content = tomllib.loads(resources.files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    return Preset(
        name, content["title"], tuple(content["columns"]), content["source"], content.get("defaults", {})
    )
