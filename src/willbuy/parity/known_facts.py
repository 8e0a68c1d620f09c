"""Facts about items at any moment, counted from the events of everyone: not by the tables that batch makes for itself."""

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from willbuy.durations import DAY, HOUR, MINUTE
from willbuy.events.canonical import KINDS
from willbuy.features.algebra import ItemFact
from willbuy.features.batch.local_sql import SHIFT
from willbuy.features.feature_set import FeatureSet
from willbuy.features.local_time import EPOCH, MICROSECOND, LocalTime, microseconds

if TYPE_CHECKING:
    from willbuy.warehouse.dialect import Dialect
    from willbuy.warehouse.engine import Warehouse

QUARTER = 15 * MINUTE
"""Every zone's offsets are whole quarters of an hour: an event's quarter says its local day."""

Counts = dict[str, NDArray[np.int64]]
"""Of one item: `kind` (a bit each), `events`, and the `hour` and `day` of the events and those from which on they are `known_`."""


class KnownFacts:
    """What was known of the items (and categories) that the entities of a table ever touched, as of any moment.

    By the words of `item_facts_at`; the events are counted in quarters of an hour, so that memory is bounded by items
    and time, not by events.
    """

    def __init__(self, warehouse: "Warehouse", features: FeatureSet, asked: str) -> None:
        self.clock = features.clock
        self._facts = {"item": list[ItemFact](), "category": list[ItemFact]()}
        for fact in features.facts:
            self._facts[fact.of].append(fact)
        self._counts = {
            of: _counts(warehouse, of, asked, features.clock) if facts else {}
            for of, facts in self._facts.items()
        }

    def at(self, moment: datetime) -> "FactsAt":
        """The facts as of a moment."""
        return FactsAt(self, moment)

    def of(self, name: str, day: int, hour: int) -> Mapping[str, int]:
        """The facts of an item, or a category of that name, as known in a local day and an hour of UTC."""
        return {
            fact.name: _count(fact, found, day, hour)
            for of, facts in self._facts.items()
            if (found := self._counts[of].get(name)) is not None
            for fact in facts
        }


class FactsAt:
    """`KnownFacts` at one moment; an item is counted once."""

    def __init__(self, known: KnownFacts, moment: datetime) -> None:
        self._known = known
        self._day, self._hour = known.clock.day(moment), microseconds(moment) // HOUR
        self._found: dict[str, Mapping[str, int]] = {}

    def get(self, item: str) -> Mapping[str, int] | None:
        """The facts of an item; those that are 0 may be left out."""
        found = self._found.get(item)
        if found is None:
            found = self._found[item] = self._known.of(item, self._day, self._hour)
        return found


def _count(fact: ItemFact, found: Counts, day: int, hour: int) -> int:
    happened, known, now = ("hour", "known_hour", hour) if fact.hourly else ("day", "known_day", day)
    counted = (found[known] <= now) & (found[happened] >= now - fact.span)
    counted &= (found["kind"] & sum(1 << KINDS.index(kind) for kind in fact.reads)) != 0
    return int(found["events"][counted].sum())


def _counts(warehouse: "Warehouse", of: str, asked: str, clock: LocalTime) -> dict[str, Counts]:
    """The counts of each item, or category, that the asked entities ever touched."""
    column = "item_key" if of == "item" else "category"
    text = 'i."item"' if of == "item" else 'e."category"'
    items = 'JOIN "items" i ON i."item_key" = e."item_key" ' if of == "item" else ""
    happened, received = (
        _quarter(moment, warehouse.dialect)
        for moment in (warehouse.dialect.microseconds('e."time"'), _last_before_known(warehouse.dialect))
    )
    kinds = " ".join(f"WHEN {warehouse.dialect.text(kind)} THEN {1 << n}" for n, kind in enumerate(KINDS))
    key = {"name": text, "kind": f'CASE e."kind" {kinds} END', "happened": happened, "received": received}
    found_rows = warehouse.frame(
        f'SELECT {", ".join(f"{sql} AS {name}" for name, sql in key.items())}, COUNT(*) AS events FROM "events" e {items}'
        f'WHERE e."{column}" IN (SELECT "{column}" FROM "events" WHERE "entity_key" IN (SELECT "entity_key" FROM "{asked}")) '
        f"GROUP BY {', '.join(key.values())} ORDER BY 1"
    )
    columns: dict[str, Any] = {str(name): found_rows[name].to_numpy() for name in found_rows}
    names = np.asarray(columns["name"], dtype=object)
    whole = {name: np.asarray(column, dtype=np.int64) for name, column in columns.items() if name != "name"}
    found = whole | _placed(whole["happened"], whole["received"], clock)
    starts = [0, *(np.flatnonzero(names[1:] != names[:-1]) + 1).tolist(), len(names)]
    return {
        names[start]: {name: column[start:end] for name, column in found.items()}
        for start, end in pairwise(starts)
        if end > start
    }


def _quarter(microseconds: str, dialect: "Dialect") -> str:
    """The quarter of an hour since 1970, those before it below 0, of whole microseconds."""
    return f"({dialect.whole(f'({microseconds} + {SHIFT * DAY})', QUARTER)} - {SHIFT * DAY // QUARTER})"


def _last_before_known(dialect: "Dialect") -> str:
    """The last microsecond at which an event was not known."""
    received = dialect.microseconds('COALESCE(e."received", e."time")')
    return f"({received} - 1)"


def _placed(happened: NDArray[np.int64], received: NDArray[np.int64], clock: LocalTime) -> Counts:
    """Hours and local days of quarters of an hour, and those from which on the events in them are known."""
    quarters, where = np.unique(np.concatenate([happened, received]), return_inverse=True)
    days = np.array([clock.day(EPOCH + int(quarter) * QUARTER * MICROSECOND) for quarter in quarters])
    day, day_received = np.split(days.astype(np.int64)[where] if len(where) else where, 2)
    hour, hour_received = happened // 4, received // 4
    return {
        "hour": hour,
        "day": day,
        "known_hour": np.maximum(hour, hour_received) + 1,
        "known_day": np.maximum(day, day_received) + 1,
    }
