"""Bronze on its way out of an engine: the parts of a source, and the rows of a part, as local DuckDB reads them."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from willbuy.events.spark.bench import SparkBench
from willbuy.events.spark.outgoing import SparkOutgoing
from willbuy.events.workbench import Workbench
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.ledger import Part, SourceRow

_sql = Dialect()


class Outgoing(Protocol):
    """What a copy takes from its origin. `rows` is called by several workers at once."""

    def parts(self, row: SourceRow) -> Sequence[Part]:
        """The parts of a source, the same ones each time."""
        ...

    def rows(self, part: Part) -> AbstractContextManager[str]:
        """SQL for the rows `(raw, fault)` of a part, a row a line, in order; blank lines are null."""
        ...


@dataclass(frozen=True)
class PartsOutgoing:
    """Of an engine whose ledger knows parts."""

    origin: Workbench

    def parts(self, row: SourceRow) -> Sequence[Part]:
        """The parts of a source, the same ones each time."""
        return self.origin.ledger.parts(row.source)

    @contextmanager
    def rows(self, part: Part) -> Iterator[str]:
        """SQL for the rows of a part's local file; one that was fetched from a server goes in the end."""
        path = self.origin.layout.home / self.origin.keeping.bronze(self.origin, part).bronze
        yield f"SELECT raw, fault FROM read_parquet({_sql.text(str(path))})"
        if not part.bronze:
            path.unlink(missing_ok=True)


def outgoing(origin: Workbench) -> Outgoing:
    """What a copy takes from a log."""
    return SparkOutgoing.of(origin) if isinstance(origin, SparkBench) else PartsOutgoing(origin)
