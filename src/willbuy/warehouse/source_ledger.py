"""What any ledger tells of sources and their parts, wherever it lies: a SQLite file, or a PostgreSQL server."""

from collections.abc import Iterable
from typing import Protocol

from willbuy.warehouse.ledger import Part, SourceRow


class SourceLedger(Protocol):
    """Which sources were read, and how far. A source is `reading`, `staged` or `done`; see `SourceRow` and `Part`."""

    @property
    def generation(self) -> int:
        """The number of the silver that readers see; 0 before the first."""
        ...

    def sources(self, status: str | None = None) -> list[SourceRow]:
        """All sources, or those of a status, by number."""
        ...

    def kept_sources(self) -> list[SourceRow]:
        """The sources whose rows bronze keeps: those that are part of the log, and those that are held."""
        ...

    def hold(self, rows: Iterable[SourceRow]) -> None:
        """Record that sources which were read whole wait for a later merge."""
        ...

    def live_sources(self) -> list[SourceRow]:
        """The sources that came through the service and are part of the log, by number."""
        ...

    def add_source(self, row: SourceRow) -> SourceRow:
        """Register a file that is about to be read, under the next free number; return it with that number."""
        ...

    def source_staged(self, row: SourceRow, sha256: str) -> SourceRow:
        """Record that every part of a source is done; return it as it stands then."""
        ...

    def forget_source(self, source: int) -> None:
        """Forget a source that was refused or that changed before it was done, with all its rows."""
        ...

    def parts(self, source: int) -> list[Part]:
        """The finished parts of a source, in order."""
        ...

    def add_part(self, part: Part) -> None:
        """Record that a part is complete."""
        ...

    def rejections(self) -> dict[int, dict[str, int]]:
        """Refused rows by source and rule."""
        ...
