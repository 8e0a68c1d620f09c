"""Look at a log: the steps from files to a `Sight`, in order."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from willbuy.durations import Duration
from willbuy.errors import NotEnoughData, SourceError
from willbuy.events import presets
from willbuy.events.look import decide, kinds, moments, rates
from willbuy.events.look.clock import Clock, prove
from willbuy.events.look.files import expand
from willbuy.events.look.layout import Layout, lay_out, needed
from willbuy.events.look.sight import BaseRate, Choice, KindSeen, Sight
from willbuy.events.look.table import BUDGET_BYTES, Looked
from willbuy.events.presets import KindRule, ResolvedSource
from willbuy.events.presets.resolved import ISO
from willbuy.shop import Source, SourceTime
from willbuy.warehouse.duckdb import DuckDBDialect

_sql = DuckDBDialect()


def look(
    files: Sequence[Path | str],
    declared: Source | None = None,
    within: str | None = None,
    zone: str | None = None,
    budget: int = BUDGET_BYTES,
) -> Sight:
    """Look at a log and decide how to read it.

    `declared` holds what the user said outright (preset, columns, kinds, time, encoding, ...); the rest is
    recognised or proven. `zone` is the clock of times that carry none, and of the shop's days. At most `budget`
    bytes are read, the head of the files; `Sight.sample` says so. Raises WillbuyError.
    """
    layout = lay_out(expand(files), declared or Source())
    with Looked(layout.shapes, layout.header, layout.has_header, budget) as looked:
        looked.load(needed(layout))
        if not looked.count():
            raise SourceError(f"{layout.shapes[0].path} has a header line and no readable event below it.")
        clock = prove(looked, layout.whole.columns["time"], layout.whole.time)
        names = _kind_counts(looked, layout)
        time = _time_zone(looked, layout, clock, zone)
        source = _source(looked, layout, clock, time, names)
        resolved = presets.resolve(source)
        _make_seen(looked, resolved)
        return _sight(looked, layout, clock, time, source, resolved, within, zone)


def _kind_counts(looked: Looked, layout: Layout) -> dict[str, tuple[str, ...]] | None:
    """Return canonical kind -> names for every name in the log, None where no column says the kind."""
    column = layout.whole.columns.get("kind")
    if column is None:
        if layout.whole.kind is None:
            raise SourceError(
                "cannot tell which column says what happened (view, cart, purchase). Say it: --column kind=NAME, "
                "or --every-row purchase where every row is one"
            )
        return None
    counts = looked.rows(
        "SELECT kind, count(*) FROM looked WHERE kind IS NOT NULL GROUP BY kind ORDER BY 2 DESC, 1 LIMIT 1001"
    )
    if len(counts) > 1000:
        raise SourceError(
            f"column {column!r} holds more than 1,000 names, so it is no kind. Say another: --column kind=NAME"
        )
    return kinds.map_kinds([(str(name), int(n)) for name, n in counts], layout.whole.kinds, column)


def _time_zone(looked: Looked, layout: Layout, clock: Clock, said: str | None) -> Choice:
    column = layout.whole.columns["time"]
    by_preset = layout.declared.time.zone is None and layout.preset is not None
    return decide.time_zone(
        clock, said, layout.whole.time.zone, by_preset, column, looked.example("time IS NOT NULL")
    )


def _source(
    looked: Looked, layout: Layout, clock: Clock, time: Choice, names: dict[str, tuple[str, ...]] | None
) -> Source:
    """What stands in the shop file: what was declared, and what was found beyond the preset."""
    shape, whole, declared = layout.shapes[0], layout.whole, layout.declared
    update: dict[str, object] = {"files": tuple(str(shape.path) for shape in layout.shapes)}
    if shape.format == "csv":
        if shape.delimiter != (whole.delimiter or ","):
            update["delimiter"] = shape.delimiter
        if shape.encoding != (whole.encoding or "utf-8"):
            update["encoding"] = shape.encoding
    if layout.preset is None:
        update |= {"format": shape.format, "columns": dict(whole.columns), "kinds": names or {}}
        native = looked.is_timestamp(whole.columns["time"])
        form = None if clock.formats == (ISO,) else clock.formats
        update["time"] = SourceTime(
            unit=None if native else clock.unit,
            format=form[0] if form and len(form) == 1 else form,
            zone=time.value if clock.naive else None,
        )
        suffixes = {
            field: ".0" for field in ("entity", "item") if looked.is_whole_float(whole.columns.get(field))
        }
        update["drop_suffix"] = {**suffixes, **declared.drop_suffix}
    elif clock.naive and time.value != whole.time.zone:
        update["time"] = declared.time.model_copy(update={"zone": time.value})
    fields = {key: value for key, value in update.items() if value}
    return Source.model_validate(
        {**declared.model_dump(exclude_unset=True), **{k: _plain(v) for k, v in fields.items()}}
    )


def _plain(value: object) -> object:
    return value.model_dump(exclude_unset=True, exclude_none=True) if isinstance(value, SourceTime) else value


def _make_seen(looked: Looked, resolved: ResolvedSource) -> None:
    """Make the table `seen(entity, moment, kind, name, session)` of what can be read as events."""
    moment = moments.utc(resolved.time_unit or "text", resolved.time_formats, resolved.time_zone)
    session = "session" if "session" in resolved.columns else "NULL"
    looked.run(
        f"CREATE OR REPLACE TABLE seen AS SELECT * FROM (SELECT entity, {moment} AS moment, {_kind(resolved, False)} AS kind, "
        f"{_kind(resolved, True)} AS name, {session} AS session FROM looked) WHERE entity IS NOT NULL AND moment IS NOT NULL"
    )


def _kind(resolved: ResolvedSource, name: bool) -> str:
    """SQL for an event's kind, or for its name."""
    cases = [
        f"WHEN {_test(rule, f'rule{number}')} THEN {_sql.text(rule.kind_name if name else rule.kind)}"
        for number, rule in enumerate(resolved.kind_rules)
    ]
    if resolved.constant_kind is not None:
        return (
            f"CASE {' '.join(cases)} ELSE {_sql.text(resolved.constant_kind)} END"
            if cases
            else _sql.text(resolved.constant_kind)
        )
    cases += [
        f"WHEN kind = {_sql.text(own)} THEN {_sql.text(own if name else kind)}"
        for own, kind in resolved.kinds.items()
    ]
    return f"CASE {' '.join(cases)} END"


def _test(rule: KindRule, column: str) -> str:
    if rule.test == "starts_with":
        return f"starts_with({column}, {_sql.text(rule.value)})"
    return f"TRY_CAST({column} AS DOUBLE) <= {float(rule.value)!r}"


def _sight(
    looked: Looked, layout: Layout, clock: Clock, time: Choice, source: Source, resolved: ResolvedSource,
    within: str | None, zone: str | None,
) -> Sight:  # fmt: skip
    ((rows, no_entity),) = looked.rows("SELECT count(*), count(*) FILTER (WHERE entity IS NULL) FROM looked")
    ((events, first, last, entities, buyers),) = looked.rows(
        "SELECT count(*), min(moment), max(moment), count(DISTINCT entity), "
        "count(DISTINCT entity) FILTER (WHERE kind = 'purchase') FROM seen"
    )
    if not events:
        raise SourceError(
            f"no row has both a {layout.whole.columns['entity']!r} and a readable time. Say another column: --column entity=NAME"
        )
    found = tuple(
        KindSeen(str(name), str(kind), int(n))
        for name, kind, n in looked.rows(
            "SELECT name, kind, count(*) FROM seen WHERE kind IS NOT NULL GROUP BY ALL ORDER BY 3 DESC, 1"
        )
    )
    _check_purchases(found, int(buyers), looked.sample is None)
    defaults = decide.defaults_of(layout.preset)
    shop_zone = decide.shop_zone(time, clock, zone, defaults.get("shop", {}).get("zone"))
    views = any(seen.kind not in ("purchase", "other") for seen in found)
    horizon = decide.horizon(
        within,
        defaults.get("target", {}).get("within"),
        first,
        last,
        shop_zone.value,
        views,
        looked.sample is None,
    )
    catalogue = decide.catalogue(
        horizon.value, defaults.get("features", {}).get("catalogue"), {seen.kind for seen in found}
    )
    active = decide.active_within(defaults.get("population", {}), catalogue.value)
    every = defaults.get("anchors", {}).get("every")
    return Sight(
        files=tuple(shape.path for shape in layout.shapes), source=source, resolved=resolved,
        format=layout.shapes[0].format, header=layout.header, preset=layout.preset, columns=layout.columns,
        kinds=found, time_unit=Choice(clock.unit, clock.why), time_zone=time, shop_zone=shop_zone, within=horizon,
        active_within=active, every=Duration.parse(every) if every else None, catalogue=catalogue, rows=int(rows),
        unreadable=looked.unreadable, without_entity=int(no_entity), without_time=int(rows - events - no_entity), first=first, last=last,
        entities=int(entities), buyers=int(buyers), rate=_rate(looked, horizon.value, active, first, last, shop_zone.value, resolved),
        sample=looked.sample, notes=(),
    )  # fmt: skip


def _check_purchases(found: Sequence[KindSeen], buyers: int, whole: bool) -> None:
    purchases = sum(seen.events for seen in found if seen.kind == "purchase")
    if purchases > 1 or not whole:
        return
    names = ", ".join(f"{seen.name} ({seen.events:,})" for seen in found[:8])
    many = "no purchase" if not purchases else "one purchase"
    raise NotEnoughData(
        f"the log holds {many}, so nothing can be learned about buying. It holds: {names}. "
        "Say which name is a purchase (--kind purchase=NAME), or take a longer log"
    )


def _rate(
    looked: Looked,
    within: str,
    active: Choice | None,
    first: datetime,
    last: datetime,
    zone: str,
    resolved: ResolvedSource,
) -> BaseRate | None:
    if within == "session":
        return rates.session_rate(looked, "session" in resolved.columns)
    span = Duration.parse(within)
    anchor = rates.last_anchor(last, span, zone)
    if anchor <= first:
        return None
    return rates.horizon_rate(looked, anchor, span, Duration.parse(active.value) if active else None)
