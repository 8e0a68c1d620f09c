"""Which field of a body is which field of an event: the shop's own column names, or the canonical ones.

A body is the shop's own when it has the columns of the required fields: then it is read as a row of a file is, and of
the canonical names it may use `event_id` and those of fields whose column it leaves out. Otherwise it is canonical,
and may use the shop's columns for what it does not name canonically.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from willbuy.errors import did_you_mean, printable
from willbuy.events.canonical import FIELDS
from willbuy.events.live.outcome import Refused
from willbuy.events.live.texts import is_sound
from willbuy.events.presets import ResolvedSource
from willbuy.events.rules import SAYS
from willbuy.events.typed import IDS

NAMES = tuple(field for field in FIELDS if field != "received")
"""What a body may call canonically. When an event was received is the service's to say."""

SLOTS = {field: number for number, field in enumerate(FIELDS)}
MOST_SHOWN = 12


class Taken(NamedTuple):
    """A field of the body that is read: its name there, where its text goes, the ending it loses, whether it is an id."""

    name: str
    slot: int
    suffix: str
    is_id: bool


@dataclass(frozen=True)
class Shape:
    """How bodies with these names are read. `canonical` are the slots that stand under their canonical name."""

    taken: tuple[Taken, ...]
    canonical: frozenset[int]
    names: Mapping[int, str]
    ignored: tuple[str, ...]
    refused: Refused | None = None

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The names of the other fields, as they may be shown."""
        return tuple(printable(name) for name in self.ignored[:MOST_SHOWN])


def shape_of(source: ResolvedSource, keys: Sequence[str]) -> Shape:
    """How a body with these names is read.

    >>> shop = ResolvedSource({"entity": "visitorid", "time": "timestamp"}, constant_kind="purchase")
    >>> shape_of(shop, ["visitorid", "timestamp", "colour"]).ignored
    ('colour',)
    >>> shape_of(shop, ["visitor_id", "timestamp"]).refused.says
    "a field has a name that is none of this shop's. Did you mean 'visitorid'?"
    """
    own = all(source.columns[field] in keys for field in _required(source))
    chosen: dict[str, str] = {}
    canonical: set[str] = set()
    for field in FIELDS:
        name, is_canonical = _name(source, keys, field, own)
        if name:
            chosen[field] = name
        if name and is_canonical:
            canonical.add(field)
    taken = [_taken(source, field, name, SLOTS[field]) for field, name in chosen.items()]
    taken += _tested(source, keys, chosen)
    read = {entry.name for entry in taken}
    ignored = tuple(key for key in keys if key not in read)
    return Shape(
        taken=tuple(taken),
        canonical=frozenset(SLOTS[field] for field in canonical),
        names={SLOTS[field]: chosen.get(field) or source.columns.get(field, field) for field in FIELDS},
        ignored=ignored,
        refused=_not_sound(keys) or _twice(source, ignored, chosen) or _unknown(source, ignored, chosen),
    )


def _required(source: ResolvedSource) -> list[str]:
    return [field for field in ("entity", "time", "kind") if field in source.columns]


def _name(source: ResolvedSource, keys: Sequence[str], field: str, own: bool) -> tuple[str | None, bool]:
    """The body's name of a field, and whether it is the canonical one."""
    column = source.columns.get(field)
    has_column = column is not None and column in keys
    has_name = field in NAMES and field in keys
    if own:
        of_another = field in source.needed
        fills = column is not None or field == "event_id"
        if has_column:
            return column, False
        return (field, True) if has_name and fills and not of_another else (None, False)
    if has_name:
        return field, True
    return (column, False) if has_column and column not in NAMES else (None, False)


def _taken(source: ResolvedSource, field: str, name: str, slot: int) -> Taken:
    return Taken(name, slot, source.drop_suffix.get(field, ""), field in IDS)


def _tested(source: ResolvedSource, keys: Sequence[str], chosen: Mapping[str, str]) -> list[Taken]:
    """What the kind rules look at: their column, or the field that the body gives instead of it."""
    found = []
    for number, rule in enumerate(source.kind_rules):
        instead = [chosen[field] for field, column in source.columns.items()
                   if column == rule.column and field in chosen]  # fmt: skip
        name = instead[0] if instead else rule.column
        if name in keys:
            found.append(Taken(name, len(FIELDS) + number, "", False))
    return found


def _not_sound(keys: Sequence[str]) -> Refused | None:
    return None if is_sound(list(keys)) else Refused("json", "row", SAYS["json"])


def _twice(source: ResolvedSource, ignored: Sequence[str], chosen: Mapping[str, str]) -> Refused | None:
    for field, name in chosen.items():
        for other in (field, source.columns.get(field)):
            if other in ignored:
                return Refused(
                    "field_twice",
                    name,
                    f"the body has {name!r} and {other!r}, which are both the {field}: send one of them",
                )
    return None


def _unknown(source: ResolvedSource, ignored: Sequence[str], chosen: Mapping[str, str]) -> Refused | None:
    """A required field is missing, and another has a name that is nearly its: then the name is wrong."""
    for field in ("entity", "time", *(["kind"] if "kind" in source.columns else [])):
        if field in chosen:
            continue
        right = [name for name in (source.columns.get(field), field) if name]
        for name in ignored:
            if hint := did_you_mean(name, right):
                says = f"a field has a name that is none of this shop's.{hint}"
                return Refused("field_unknown", printable(name), says)
    return None
