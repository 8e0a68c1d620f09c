"""The stored events in the order of their numbers: what `willbuy ingest --live` reads while the service writes."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from willbuy.events.canonical import KINDS
from willbuy.events.live_source import LiveRow
from willbuy.store.database import open_to_read

_COLUMNS = "seq, entity, event_id, time, received, kind, kind_name, item, category, price, quantity, session"


class LiveLog:
    """The events of a store, read only. Use as a context manager. Raises StoreError where there is no store."""

    def __init__(self, folder: Path) -> None:
        self._db = open_to_read(folder)

    def last(self) -> int:
        """The greatest number that an event has or had, of one that was erased too; 0 where there never was one."""
        had = "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'last'"
        [(found,)] = self._db.execute(
            f"SELECT max(coalesce((SELECT max(seq) FROM events), 0), coalesce(({had}), 0))"
        )
        return int(found)

    def between(self, first: int, last: int) -> Iterator[LiveRow]:
        """The events of these numbers, both included, in order; those that were erased are not there."""
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM events WHERE seq BETWEEN ? AND ? ORDER BY seq", [first, last]
        )
        for seq, entity, event_id, time, received, kind, *rest in found:
            known = time if received is None else received
            yield LiveRow(seq, entity, event_id, time, known, KINDS[kind], *rest)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> "LiveLog":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
