"""Lay a preset beneath a shop file: its keys stand where the file says nothing."""

from collections.abc import Mapping
from typing import Any

from willbuy.shop import presets


def with_preset(content: Mapping[str, Any]) -> dict[str, Any]:
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
    whole = {**content, **_laid_over(defaults, content)}
    beneath, own = defaults.get("serve", {}).get("aliases"), whole.get("serve")
    if beneath and isinstance(own, Mapping) and isinstance(own.get("aliases"), Mapping):
        whole["serve"] = {
            **own,
            "aliases": {**beneath, **own["aliases"]},
        }  # one of the file's own leaves the others
    return whole


def with_table_preset(content: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the file over the keys of its table's preset, columns one by one and key by key."""
    table = content.get("table")
    name = table.get("preset") if isinstance(table, Mapping) else None
    if not isinstance(table, Mapping) or not isinstance(name, str):
        return dict(content)
    preset = presets.get_table(name)
    own = table.get("columns", {})
    columns = own
    if isinstance(own, Mapping):
        beneath = preset.table["columns"]
        columns = {**beneath, **own, **_laid_over(beneath, own)}
    return {
        **content,
        **_laid_over(preset.defaults, content),
        "table": {**preset.table, **table, "columns": columns},
    }


def _laid_over(beneath: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    """Tables of the file over those of a preset, key by key; what is no table in the file is left to the checks."""
    return {name: {**keys, **content.get(name, {})} for name, keys in beneath.items()
            if isinstance(content.get(name, {}), Mapping)}  # fmt: skip
