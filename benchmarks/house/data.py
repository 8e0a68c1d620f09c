"""The logs that benchmarks read, made once and kept in `bench-data/`. How they are drawn stands in `make_log.py`."""

from dataclasses import dataclass
from pathlib import Path

from benchmarks.house.measure import ROOT, ask

FOLDER = ROOT / "bench-data"
EVENTS_A_VISITOR = 2_756_101 / 1_407_580


@dataclass(frozen=True)
class Log:
    """A log by its size; `name` is also its file's stem."""

    name: str
    events: int
    seed: int

    @property
    def visitors(self) -> int:
        """How many visitors the log has, in Retail Rocket's proportion."""
        return round(self.events / EVENTS_A_VISITOR)

    @property
    def csv(self) -> Path:
        """Where the CSV file lies once it has been made."""
        return FOLDER / f"{self.name}.csv"

    @property
    def keyed(self) -> Path:
        """The same events as integer keys in Parquet, sorted by time: what feature rivals are given for nothing."""
        return FOLDER / f"{self.name}.keyed.parquet"

    @property
    def words(self) -> str:
        """How much it is, in words."""
        return f"{self.events:,} events of {self.visitors:,} visitors"


@dataclass(frozen=True)
class Table:
    """Rows of features and labels; `events` is the number of rows."""

    name: str
    events: int
    columns: int
    seed: int

    @property
    def visitors(self) -> int:
        """Three rows a visitor."""
        return -(-self.events // 3)

    @property
    def features(self) -> Path:
        """Float32 (n, columns), nulls as NaN."""
        return FOLDER / f"{self.name}.features.npy"

    @property
    def labels(self) -> Path:
        """0 or 1 (n,)."""
        return FOLDER / f"{self.name}.labels.npy"

    @property
    def words(self) -> str:
        """How much it is, in words."""
        return f"{self.events:,} snapshots of {self.columns} features"


FEW_ROWS = Table("few-rows", 40_000, 40, seed=4)
MANY_ROWS = Table("many-rows", 4_000_000, 40, seed=5)
TABLES = {table.name: table for table in (FEW_ROWS, MANY_ROWS)}

SMALL = Log("small", 60_000, seed=3)
FULL = Log("2.76m", 2_756_101, seed=1)
LARGE = Log("30m", 30_000_000, seed=2)
LOGS = {log.name: log for log in (SMALL, FULL, LARGE)}


def ensure(log: Log) -> Log:
    """Make the log's two files unless they are there, in a process of its own: the harness must stay small."""
    if not (log.csv.exists() and log.keyed.exists()):
        FOLDER.mkdir(exist_ok=True)
        ask("benchmarks.house.make_log", log.name)
    return log


def remove(log: Log) -> None:
    """Delete the log's files."""
    log.csv.unlink(missing_ok=True)
    log.keyed.unlink(missing_ok=True)


def ensure_rows(table: Table) -> None:
    """Draw the table unless it is there, in a process of its own."""
    if not (table.features.exists() and table.labels.exists()):
        FOLDER.mkdir(exist_ok=True)
        ask("benchmarks.house.make_rows", table.name)
