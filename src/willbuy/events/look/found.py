"""What was found out about a log beyond its columns, and the `[source]` that says all of it."""

from dataclasses import dataclass
from typing import Any

from willbuy.errors import SourceError
from willbuy.events import presets
from willbuy.events.look import decide, kinds
from willbuy.events.look.clock import Clock, prove
from willbuy.events.look.layout import Layout
from willbuy.events.look.money import Money, look_at_prices, refused_quantities
from willbuy.events.look.sight import Choice
from willbuy.events.look.table import Looked
from willbuy.events.presets.resolved import ISO
from willbuy.shop import Source, make_source

MOST_NAMES = 1000


@dataclass(frozen=True)
class Found:
    """How times are written and in which zone, what the names of kinds mean, how prices are written."""

    clock: Clock
    zone: Choice
    kinds: dict[str, tuple[str, ...]]
    money: Money | None
    odd_quantities: int


def find_out(looked: Looked, layout: Layout, zone: str | None) -> Found:
    """Look at the values of the columns. Raises SourceError where they do not say enough."""
    whole = layout.whole
    clock = prove(
        looked, whole.columns["time"], whole.time, "declared" if _own_time(layout) else "by the preset"
    )
    found = kinds_of(looked, layout)
    digits = whole.currency_digits if "currency_digits" in whole.model_fields_set else None
    money = look_at_prices(looked, whole.decimal, digits) if "price" in whole.columns else None
    odd = refused_quantities(looked) if "quantity" in whole.columns else 0
    return Found(clock, _zone(looked, layout, clock, zone), found, money, odd)


def found_source(looked: Looked, layout: Layout, found: Found, files: list[str]) -> Source:
    """What stands in the shop file: what was declared, and what was found beyond the preset."""
    content = layout.declared.model_dump(exclude_unset=True)
    content["files"] = files  # as they were named: a glob will take tomorrow's files too
    content |= _written(layout)
    content["time"] = _time(looked, layout, found)
    if layout.preset is not None:
        content["kinds"] = _more_kinds(layout, found)
    else:
        content |= {"columns": layout.whole.columns, "kinds": found.kinds}
        if found.money:
            content |= {"currency_digits": found.money.digits}
            content |= {"decimal": ","} if found.money.decimal == "," else {}
        floats = {
            field: ".0"
            for field in ("entity", "item")
            if looked.is_whole_float(layout.whole.columns.get(field))
        }
        content["drop_suffix"] = floats | layout.whole.drop_suffix
    return make_source({key: value for key, value in content.items() if value not in (None, {}, ())})


def _more_kinds(layout: Layout, found: Found) -> dict[str, tuple[str, ...]]:
    """The names that the preset does not map, as they were declared or are known."""
    known = {
        name
        for names in presets.overlay(Source(preset=layout.declared.preset)).kinds.values()
        for name in names
    }
    more = {kind: tuple(name for name in names if name not in known) for kind, names in found.kinds.items()}
    moved = {kind: tuple(n for n in names if n in known) for kind, names in layout.declared.kinds.items()}
    both = {kind: (*more.get(kind, ()), *moved.get(kind, ())) for kind in (*more, *moved)}
    return {kind: names for kind, names in both.items() if names}


def kinds_of(looked: Looked, layout: Layout) -> dict[str, tuple[str, ...]]:
    """Return canonical kind -> names for every name in the log; empty where every row is of one kind."""
    column = layout.whole.columns.get("kind")
    if column is None:
        if layout.whole.kind is None:
            raise SourceError(
                "cannot tell which column says what happened (view, cart, purchase). Say it: --column kind=NAME, "
                "or where every row is a purchase: --every-row purchase"
            )
        return {}
    rows = looked.rows(
        f"SELECT kind, count(*) FROM looked WHERE kind IS NOT NULL GROUP BY kind ORDER BY 2 DESC, 1 LIMIT {MOST_NAMES + 1}"
    )
    if len(rows) > MOST_NAMES:
        raise SourceError(
            f"column {column!r} holds more than {MOST_NAMES:,} names, so it does not say what happened. "
            "Say which one does: --column kind=NAME"
        )
    if not rows:
        raise SourceError(
            f"column {column!r} (source.columns.kind) is empty in every row. Name another column."
        )
    return kinds.map_kinds([(str(name), int(n)) for name, n in rows], layout.whole.kinds, column)


def _own_time(layout: Layout) -> bool:
    return layout.preset is None or bool(layout.declared.time.model_fields_set & {"unit", "format"})


def _zone(looked: Looked, layout: Layout, clock: Clock, said: str | None) -> Choice:
    declared = layout.whole.time.zone
    who = "declared" if layout.declared.time.zone or layout.preset is None else "by the preset"
    known = Choice(declared, who) if declared else None
    return decide.time_zone(
        clock, said, known, layout.whole.columns["time"], looked.example("time IS NOT NULL")
    )


def _written(layout: Layout) -> dict[str, Any]:
    shape, whole = layout.shapes[0], layout.whole
    found: dict[str, Any] = {"format": shape.format} if shape.format != whole.format else {}
    if shape.format != "csv":
        return found
    if shape.delimiter != (whole.delimiter or ","):
        found["delimiter"] = shape.delimiter
    if shape.encoding != (whole.encoding or "utf-8"):
        found["encoding"] = shape.encoding
    return found


def _time(looked: Looked, layout: Layout, found: Found) -> dict[str, Any]:
    """The keys of `[source.time]` that the preset does not say already."""
    clock, base = found.clock, layout.whole.time
    said = layout.declared.time.model_dump(exclude_unset=True)
    zone = {"zone": found.zone.value} if clock.naive and found.zone.value != base.zone else {}
    if layout.preset is not None:
        return {**said, **zone}
    if looked.is_timestamp(layout.whole.columns["time"]):
        return {**said, **zone}
    written: dict[str, Any] = {"unit": clock.unit}
    if clock.unit == "text" and clock.formats != (ISO,):
        written["format"] = clock.formats[0] if len(clock.formats) == 1 else clock.formats
    return {**written, **said, **zone}
