"""Where an ingest puts what it has read: the one interface that files and a PostgreSQL server share.

Reading, typing and refusing is the same whatever the engine; a finished part is handed to `keep`, and when all are kept
`publish` makes them visible at once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from willbuy.warehouse.ledger import Part, SourceRow

if TYPE_CHECKING:
    from willbuy.events.account import FileAccount
    from willbuy.events.workbench import Workbench


class ToMerge(NamedTuple):
    """What is to be merged: sources with their parts. `anew` says that silver is made anew from them alone."""

    sources: Sequence[SourceRow]
    parts: Sequence[Part]
    anew: bool = False

    def of(self, source: int) -> list[Part]:
        """The parts of one source."""
        return [part for part in self.parts if part.source == source]


class LogSpan(NamedTuple):
    """The log as readers see it: how many entities, its first and its last event (UTC)."""

    entities: int
    first: datetime | None
    last: datetime | None


class Keeping(Protocol):
    """A place for bronze and silver. `keep` and `bronze` are called by several workers at once.

    `raw` is how a part's file of bronze is written before it is handed to `keep`.
    """

    @property
    def raw(self) -> str: ...

    def begin(self, bench: "Workbench") -> None:
        """Remove what a process that died left behind, and make good what a server that died lost."""
        ...

    def keep(self, bench: "Workbench", part: Part, *, fresh: bool) -> Part:
        """Take a part that was read and typed (`fresh`), or typed again, from local files; return it as it lies then."""
        ...

    def bronze(self, bench: "Workbench", part: Part) -> Part:
        """A kept part with its bronze in a local file, to be typed again."""
        ...

    def refused(self, bench: "Workbench", parts: Sequence[Part], rule: str) -> tuple[int, str | None]:
        """The line and the value of the first row that broke a rule."""
        ...

    def publish(self, bench: "Workbench", staged: ToMerge) -> "list[FileAccount]":
        """Merge what is staged, check that every row is accounted for, and make it visible in one commit."""
        ...

    def log(self) -> LogSpan:
        """The log as it stands."""
        ...
