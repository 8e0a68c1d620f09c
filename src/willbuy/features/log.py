"""What a log holds, in one pass: its span, its kinds, its fields, and how late its events become known."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from willbuy.errors import NotEnoughData
from willbuy.events.canonical import KINDS

if TYPE_CHECKING:
    from willbuy.warehouse.engine import Warehouse

_FIELDS = {
    "item": "item_key",
    "category": "category",
    "price": "price",
    "quantity": "quantity",
    "session": "session",
}


@dataclass(frozen=True)
class LogSummary:
    """A log's span (naive UTC), its events, the kinds and optional fields that occur, and its lag.

    `alone` counts the events that are all that their entity ever did, as far as silver knows them.
    `lag` is the 99th percentile of `received - time`, 0 where the log has no `received`. `late` tells whether
    any event became known after it happened.
    """

    first: datetime
    last: datetime
    events: int
    kinds: tuple[str, ...]
    fields: tuple[str, ...]
    lag: timedelta = timedelta()
    late: bool = False
    alone: int = 0

    def to_json(self) -> dict[str, Any]:
        """The summary as JSON holds it.

        >>> day = datetime(2017, 11, 25)
        >>> summary = LogSummary(day, day, 2, ("view",), (), timedelta(seconds=1))
        >>> LogSummary.from_json(summary.to_json()) == summary
        True
        """
        moments = {"first": self.first.isoformat(), "last": self.last.isoformat()}
        return {**asdict(self), **moments, "lag": self.lag // timedelta(microseconds=1)}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "LogSummary":
        """Read back what `to_json` gave."""
        moments = {name: datetime.fromisoformat(found[name]) for name in ("first", "last")}
        tuples = {name: tuple(found[name]) for name in ("kinds", "fields")}
        return cls(**{**found, **moments, **tuples, "lag": timedelta(microseconds=found["lag"])})

    @property
    def end(self) -> datetime:
        """The moment up to which the log is complete: the end of the minute in which its last event lies.

        >>> LogSummary(datetime(2017, 11, 25), datetime(2017, 12, 3, 23, 59, 58), 2, (), ()).end
        datetime.datetime(2017, 12, 4, 0, 0)
        """
        return end_of_log(self.last)


def end_of_log(last: datetime) -> datetime:
    """The end of the minute in which the last event lies: a log is cut between minutes, not within one."""
    return last.replace(second=0, microsecond=0) + timedelta(minutes=1)


def summarise(warehouse: "Warehouse") -> LogSummary:
    """Look at the events, once where an engine remembers what it found. Raises NotEnoughData where there are none."""
    return LogSummary.from_json(warehouse.once("log summary", lambda: _look(warehouse).to_json()))


def _look(warehouse: "Warehouse") -> LogSummary:
    fields = ", ".join(f'COUNT("{column}")' for column in _FIELDS.values())
    [row] = warehouse.rows(
        f'SELECT MIN("time"), MAX("time"), COUNT(*), COUNT("received"), '
        f'COUNT(*) FILTER (WHERE "received" > "time"), COUNT(*) FILTER (WHERE "alone"), {fields} FROM "events"'
    )
    first, last, events, received, late, alone, *counts = row
    if not events:
        raise NotEnoughData("the log holds no event; ingest one first: willbuy ingest")
    kinds = {kind for (kind,) in warehouse.rows('SELECT DISTINCT "kind" FROM "events"')}
    return LogSummary(
        first=first,
        last=last,
        events=events,
        kinds=tuple(kind for kind in KINDS if kind in kinds),
        fields=tuple(field for field, count in zip(_FIELDS, counts, strict=True) if count),
        lag=_lag(warehouse) if received else timedelta(),
        late=bool(late),
        alone=alone,
    )


def _lag(warehouse: "Warehouse") -> timedelta:
    microseconds = warehouse.dialect.microseconds
    lag = microseconds('COALESCE("received", "time")') + " - " + microseconds('"time"')
    [(value,)] = warehouse.rows(f'SELECT PERCENTILE_DISC(0.99) WITHIN GROUP (ORDER BY {lag}) FROM "events"')
    return timedelta(microseconds=max(0, int(value)))
