"""A shop file's `[source]` laid over its preset's: what the shop file says wins, key by key."""

from collections.abc import Mapping
from typing import Any

from willbuy.errors import ShopError
from willbuy.events.presets.resolved import ISO, KindRule, ResolvedSource
from willbuy.shop import Source, SourceRule, SourceTime, presets


def resolve(source: Source) -> ResolvedSource:
    """Return how to read a source, its preset included. Raises ShopError that names the key to add.

    >>> resolved = resolve(Source(preset="retailrocket", columns={"entity": "cookie"}))
    >>> resolved.columns["entity"], resolved.columns["item"], resolved.kinds["transaction"], resolved.time_unit
    ('cookie', 'itemid', 'purchase', 'ms')
    """
    whole = overlay(source)
    _check(whole)
    return ResolvedSource(
        columns=dict(whole.columns),
        kinds={name: kind for kind, given in whole.kinds.items() for name in given},
        constant_kind=whole.kind,
        kind_rules=tuple(_rule(rule) for rule in whole.rules),
        preset=whole.preset,
        format=whole.format,
        delimiter=whole.delimiter or ",",
        header=whole.header,
        encoding=whole.encoding or "utf-8",
        decimal=whole.decimal or ".",
        currency_digits=whole.currency_digits,
        time_unit=whole.time.unit,
        time_formats=_formats(whole.time),
        time_zone=whole.time.zone,
        drop_suffix=dict(whole.drop_suffix),
        hash_ids=whole.hash_ids,
    )


def overlay(source: Source) -> Source:
    """Return the source with its preset's keys filled in beneath its own.

    `columns`, `drop_suffix` and `time` are laid over key by key (an empty column name takes the preset's
    mapping away); a kind name that the shop file maps leaves the preset's mapping of it; the shop file's
    `rules` come before the preset's; every other key replaces the preset's.
    """
    if source.preset is None:
        return source
    base = Source.model_validate(presets.get(source.preset).source)
    moved = {name for given in source.kinds.values() for name in given}
    kinds = {kind: tuple(n for n in given if n not in moved) for kind, given in base.kinds.items()}
    for kind, given in source.kinds.items():
        kinds[kind] = kinds.get(kind, ()) + given
    columns = {field: name for field, name in {**base.columns, **source.columns}.items() if name}
    if source.kind is not None:
        columns.pop("kind", None)
    renamed = {base.columns[field]: name for field, name in columns.items() if field in base.columns}
    rules = [rule.model_copy(update={"column": renamed.get(rule.column, rule.column)}) for rule in base.rules]
    return base.model_copy(
        update={
            **_own(source),
            "columns": columns,
            "kinds": {kind: given for kind, given in kinds.items() if given},
            "rules": (*source.rules, *rules),
            "kind": source.kind if "kind" in source.columns or source.kind else base.kind,
            "time": _time(base.time, source.time),
            "drop_suffix": {**base.drop_suffix, **source.drop_suffix},
        }
    )


def _time(base: SourceTime, own: SourceTime) -> SourceTime:
    """Epoch numbers have neither format nor zone, so declaring them takes away the preset's."""
    start = SourceTime() if own.unit in ("s", "ms", "us") else base
    return start.model_copy(update=_own(own))


def _own(section: Source | SourceTime) -> Mapping[str, Any]:
    return {name: getattr(section, name) for name in section.model_fields_set}


def _rule(rule: SourceRule) -> KindRule:
    if rule.starts_with is not None:
        return KindRule(rule.column, "starts_with", rule.starts_with, rule.kind, rule.name)
    return KindRule(rule.column, "at_most", str(rule.at_most), rule.kind, rule.name)


def _formats(time: SourceTime) -> tuple[str, ...]:
    if time.format is None:
        return (ISO,)
    return (time.format,) if isinstance(time.format, str) else time.format


def _check(source: Source) -> None:
    for field in ("entity", "time"):
        if field not in source.columns:
            raise ShopError(
                f"source.columns.{field} is missing: name the column that holds it, "
                f'such as {field} = "{"visitor_id" if field == "entity" else "timestamp"}".'
            )
    if "kind" not in source.columns and source.kind is None:
        raise ShopError(
            "source.columns.kind is missing: name the column that says what happened (view, cart, purchase), "
            'or declare source.kind = "purchase" where every row is one.'
        )
    if "kind" in source.columns and not source.kinds:
        raise ShopError(
            f"source.kinds is missing: say what the names in column {source.columns['kind']!r} mean, "
            'such as purchase = ["order"].'
        )
