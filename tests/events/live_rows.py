"""Live events for the tests of reading them: a list that stands where the store stands."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from willbuy.events.live_source import LiveRow

EPOCH = datetime(1970, 1, 1)


def live_row(seq: int, line: str, event_id: str | None = None, late: int = 0) -> LiveRow:
    """The live event of a line of a CSV log of `events.shops`, received `late` seconds after it happened."""
    user, time, kind, item, price, quantity = line.split(",")
    kinds = {"view": "view", "cart": "cart", "buy": "purchase"}
    micros = (datetime.fromisoformat(time) - EPOCH) // timedelta(microseconds=1)
    return LiveRow(
        seq=seq,
        entity=user,
        event_id=event_id,
        time=micros,
        received=micros + late * 1_000_000,
        kind=kinds[kind],
        kind_name=kind,
        item=item or None,
        price=round(float(price) * 100) if price else None,
        quantity=int(quantity) if quantity else None,
    )


class Lines:
    """Live events by their numbers."""

    def __init__(self, rows: Iterable[LiveRow]) -> None:
        self.rows = list(rows)

    @classmethod
    def of(cls, lines: Iterable[str], late: int = 2) -> "Lines":
        """Live events of lines of a log, numbered from 1, each with an id of its own."""
        return cls(live_row(seq, line, f"k:{seq}", late) for seq, line in enumerate(lines, 1))

    def last(self) -> int:
        return self.rows[-1].seq if self.rows else 0

    def between(self, first: int, last: int) -> Iterator[LiveRow]:
        return (row for row in self.rows if first <= row.seq <= last)
