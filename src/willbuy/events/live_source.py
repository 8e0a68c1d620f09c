"""Live events as a source of the log: what the service stored, as rows of JSON that silver is computed from like any other.

A source is a span of the store's numbers, `live:1-2000`; its rows are typed by a mapping of its own, whatever the shop
file says of files. So a changed mapping types them anew without harm.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from willbuy.events.canonical import FIELDS, KINDS
from willbuy.events.fields import RawShape
from willbuy.events.presets import ResolvedSource
from willbuy.events.typed import RowPlan
from willbuy.warehouse.ledger import LIVE, SourceRow

MOST_A_PART = 1 << 17
LEAST_A_PART = 1 << 12
PARTS = 24


class LiveRow(NamedTuple):
    """An event as the store holds it: its number, its times in microseconds since 1970, its price in minor units."""

    seq: int
    entity: str
    event_id: str | None
    time: int
    received: int
    kind: str
    kind_name: str | None
    item: str | None = None
    category: str | None = None
    price: int | None = None
    quantity: int | None = None
    session: str | None = None


class LiveEvents(Protocol):
    """What the service stored."""

    def last(self) -> int:
        """The number of the newest event, 0 where there is none."""
        ...

    def between(self, first: int, last: int) -> Iterator[LiveRow]:
        """The events of these numbers, both included, in order; numbers may be missing."""
        ...


@dataclass(frozen=True)
class Span:
    """The numbers `first` to `last` of the store, both included.

    >>> Span(1, 2000).path, Span.of("live:1-2000")
    ('live:1-2000', Span(first=1, last=2000))
    """

    first: int
    last: int

    @property
    def path(self) -> str:
        """What the ledger calls it."""
        return f"{LIVE}:{self.first}-{self.last}"

    @classmethod
    def of(cls, path: str) -> "Span":
        """The span of a source's path."""
        first, _, last = path.removeprefix(f"{LIVE}:").partition("-")
        return cls(int(first), int(last))

    def parts(self) -> Iterator["Span"]:
        """The spans of its parts."""
        size = min(MOST_A_PART, max((self.last - self.first) // PARTS, LEAST_A_PART))
        for first in range(self.first, self.last + 1, size):
            yield Span(first, min(first + size - 1, self.last))


def plan_of(source: ResolvedSource, row: SourceRow) -> RowPlan:
    """How the rows of a source become events, by what the shop file declares now."""
    if row.format == LIVE:
        return live_plan(source)
    return RowPlan(RawShape(row.format, row.columns, source.delimiter), source, frozenset(row.native_times))


def live_plan(source: ResolvedSource) -> RowPlan:
    """How live events become events of the log: by their canonical names, with the shop's minor unit of money."""
    own = ResolvedSource(
        columns={field: field for field in FIELDS},
        kinds={kind: kind for kind in KINDS},
        format="jsonl",
        time_unit="us",
        currency_digits=source.currency_digits,
    )
    return RowPlan(RawShape("jsonl", ()), own, live=True)


def line_of(row: LiveRow, digits: int) -> str:
    """A row of bronze: what is not there is left out, the price is written with its decimals.

    >>> line_of(LiveRow(7, "ann", "e1", 1000, 2000, "cart", "addtocart", price=3579), 2)
    '{"seq": 7, "entity": "ann", "event_id": "e1", "time": 1000, "received": 2000, "kind": "cart", "kind_name": "addtocart", "price": "35.79"}'
    """
    found = {name: value for name, value in row._asdict().items() if value is not None}
    if row.price is not None:
        found["price"] = major_units(row.price, digits)
    return json.dumps(found)


def major_units(price: int, digits: int) -> str:
    """A price in minor units as decimal text.

    >>> major_units(3579, 2), major_units(5, 3), major_units(12, 0)
    ('35.79', '0.005', '12')
    """
    if not digits:
        return str(price)
    whole, places = divmod(price, 10**digits)
    return f"{whole}.{places:0{digits}d}"
