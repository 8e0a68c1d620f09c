"""Look at a log: the steps from files to a `Sight`, in order."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from willbuy.durations import Duration
from willbuy.errors import NotEnoughData, SourceError, listed
from willbuy.events import presets
from willbuy.events.look import decide, rates
from willbuy.events.look.files import as_list, expand
from willbuy.events.look.found import Found, find_out, found_source
from willbuy.events.look.layout import Layout, lay_out, needed
from willbuy.events.look.notes import notes
from willbuy.events.look.seen import make_seen
from willbuy.events.look.sight import BaseRate, Choice, KindSeen, Sight
from willbuy.events.look.table import BUDGET_BYTES, Looked
from willbuy.events.presets import ResolvedSource
from willbuy.shop import Source


def look(
    files: Path | str | Sequence[Path | str],
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
    if within is not None:
        decide.read_within(within)
    given = as_list(files)
    layout = lay_out(expand(given), declared or Source())
    with Looked(layout.shapes, layout.header, layout.has_header, budget) as looked:
        looked.load(needed(layout))
        if not looked.count():
            raise SourceError(
                f"{layout.shapes[0].path} has {_nothing(layout, looked)}. Expected events, one a line."
            )
        found = find_out(looked, layout, zone)
        source = found_source(looked, layout, found, [str(name) for name in given])
        resolved = presets.resolve(source)
        make_seen(looked, resolved)
        return _Sighting(looked, layout, found, resolved, source).sight(within, zone)


def _nothing(layout: Layout, looked: Looked) -> str:
    if looked.unreadable:
        return f"no readable row: {looked.unreadable:,} lines have another number of columns than the header"
    return "a header line and nothing below it" if layout.has_header else "no row"


@dataclasses.dataclass(frozen=True)
class _Sighting:
    """What the last step, counting and deciding, works with."""

    looked: Looked
    layout: Layout
    found: Found
    resolved: ResolvedSource
    source: Source

    def sight(self, within: str | None, zone: str | None) -> Sight:
        looked, layout, found = self.looked, self.layout, self.found
        ((events, first, last, entities, buyers),) = looked.rows(
            "SELECT count(*), min(moment), max(moment), count(DISTINCT entity), "
            "count(DISTINCT entity) FILTER (WHERE kind = 'purchase') FROM seen"
        )
        if not events:
            raise SourceError(
                f"no row has both a {layout.whole.columns['entity']!r} (source.columns.entity) and a readable time. "
                "Name another column: --column entity=NAME"
            )
        rows, no_entity = looked.count(), looked.count("entity IS NULL")
        kinds = self.kinds()
        _check_purchases(kinds, looked.sample is None)
        defaults = decide.defaults_of(layout.preset)
        shop_zone = decide.shop_zone(found.zone, found.clock, zone, defaults.get("shop", {}).get("zone"))
        span = decide.Span(first, last, shop_zone.value, looked.sample is None)
        views = any(seen.kind not in ("purchase", "other") for seen in kinds)
        horizon = decide.horizon(within, defaults.get("target", {}).get("within"), span, views)
        catalogue = decide.catalogue(
            horizon.value, defaults.get("features", {}).get("catalogue"), {seen.kind for seen in kinds}
        )
        active = decide.active_within(defaults.get("population", {}), catalogue.value)
        every = defaults.get("anchors", {}).get("every")
        sight = Sight(
            files=tuple(shape.path for shape in layout.shapes),
            source=self.source,
            resolved=self.resolved,
            format=layout.shapes[0].format,
            header=layout.header,
            preset=layout.preset,
            columns=layout.columns,
            kinds=kinds,
            time_unit=Choice(found.clock.written, found.clock.why),
            time_zone=found.zone,
            shop_zone=shop_zone,
            within=horizon,
            active_within=active,
            every=Duration.parse(every) if every and horizon.value != "session" else None,
            catalogue=catalogue,
            rows=rows,
            unreadable=looked.unreadable,
            without_entity=no_entity,
            without_time=rows - int(events) - no_entity,
            without_kind=int(events) - sum(seen.events for seen in kinds),
            first=first,
            last=last,
            entities=int(entities),
            buyers=int(buyers),
            rate=self.rate(horizon.value, active, span),
            money=found.money.why if found.money else None,
            sample=looked.sample,
            notes=(),
        )
        return dataclasses.replace(sight, notes=tuple(notes(sight, found, span)))

    def kinds(self) -> tuple[KindSeen, ...]:
        rows = self.looked.rows(
            "SELECT name, kind, count(*) FROM seen WHERE kind IS NOT NULL GROUP BY ALL ORDER BY 3 DESC, 1"
        )
        return tuple(KindSeen(str(name), str(kind), int(n)) for name, kind, n in rows)

    def rate(self, within: str, active: Choice | None, span: decide.Span) -> BaseRate | None:
        if within == "session":
            return rates.session_rate(self.looked, "session" in self.resolved.columns)
        horizon = Duration.parse(within)
        anchor = rates.last_anchor(span.last, horizon, span.zone)
        if anchor <= span.first:
            return None
        return rates.horizon_rate(
            self.looked, anchor, horizon, Duration.parse(active.value) if active else None
        )


def _check_purchases(found: Sequence[KindSeen], whole: bool) -> None:
    purchases = sum(seen.events for seen in found if seen.kind == "purchase")
    if purchases > 1 or not whole:
        return
    names = listed((f"{seen.name} ({seen.events:,})" for seen in found), 8)
    raise NotEnoughData(
        f"the log holds {'one purchase' if purchases else 'no purchase'}, so nothing can be learned about buying. "
        f"It holds: {names}. Say which name is a purchase (--kind purchase=NAME), or take a longer log"
    )
