"""Where a shop's state lies on disk."""

from dataclasses import dataclass
from pathlib import Path

BUCKETS = 16
"""Silver is split by entity into this many files, so that every per-entity computation can go bucket by bucket.
An entity's bucket is `entity_key % BUCKETS`, and its file `bucket=NN.parquet`."""


@dataclass(frozen=True)
class Layout:
    """The folders below a shop's home."""

    home: Path

    @property
    def ledger(self) -> Path:
        """Which sources were read, and which files make up the tables."""
        return self.home / "ledger.sqlite"

    @property
    def lock(self) -> Path:
        """Held by the one ingest that may run."""
        return self.home / "ingest.lock"

    @property
    def temporary(self) -> Path:
        """What may be deleted whenever nothing runs."""
        return self.home / "tmp"

    def bronze(self, source: int) -> Path:
        """The rows of a source as they came."""
        return self.home / "bronze" / f"source-{source:05d}"

    def staged(self, source: int) -> Path:
        """The typed rows of a source that wait for their merge into silver."""
        return self.home / "staged" / f"source-{source:05d}"

    def rejected(self, source: int) -> Path:
        """The rows of a source that were refused."""
        return self.home / "rejected" / f"source-{source:05d}"

    def silver(self, table: str, generation: int) -> Path:
        """One generation of a silver table: `events`, `entities`, `items`, or late rejects (`conflicts`)."""
        return self.home / "silver" / f"generation-{generation:05d}" / table
