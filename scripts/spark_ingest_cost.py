"""What an ingest costs on Spark beside DuckDB, in one run: `python -m scripts.spark_ingest_cost FOLDER [VISITORS]`.

Simulates a log in the folder (2.78 M rows by default), ingests it by each engine, and prints rows/s, processor seconds (all
processes), what Spark moved between tasks in each step of the merge, and the bytes of the files that stay.
"""

import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from willbuy.events.account import IngestResult
from willbuy.events.ingest import ingest
from willbuy.events.simulate import simulate
from willbuy.events.spark.merging import STEPS
from willbuy.shop import Shop
from willbuy.shop.storage import Storage
from willbuy.warehouse.ledger import Ledger
from willbuy.warehouse.spark.tables import layout_of

VISITORS = 1_407_580


@dataclass
class Watch:
    """Told of progress, it reads Spark's counters at the beginning of each step."""

    staged: Path
    seen: list[tuple[float, int]] = field(default_factory=list)
    staged_bytes: int = 0

    def __call__(self, done: int, total: int | None, stage: str) -> None:
        if stage == "merging":
            self.staged_bytes = self.staged_bytes or size_of(self.staged)
            self.look()

    def look(self) -> None:
        """Note the time and what all executors have moved between tasks so far."""
        from pyspark import SparkContext

        executors = SparkContext._active_spark_context._jsc.sc().statusStore().executorList(False)  # type: ignore[union-attr]
        every = [executors.apply(place) for place in range(executors.size())]
        moved = sum(one.totalShuffleWrite() for one in every)
        self.seen.append((time.monotonic(), moved))

    def report(self) -> None:
        """Print a line a step."""
        for name, before, after in zip(STEPS, self.seen, self.seen[1:], strict=False):
            seconds, moved = (new - old for new, old in zip(after, before, strict=True))
            print(f"  {name:>10}: {seconds:6.1f} s, moved {moved:>13,} bytes between tasks")


def size_of(folder: Path) -> int:
    """Bytes of the Parquet files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*.parquet"))


def processor_seconds() -> float:
    """Of this process and of those that it started and waited for."""
    return sum(os.times()[:4])


def stop_spark() -> None:
    """End Spark and wait for its Java: only then its processor time is counted."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    SparkContext._active_spark_context.stop()  # type: ignore[union-attr]
    gateway.shutdown()  # type: ignore[union-attr]
    gateway.proc.stdin.close()  # type: ignore[union-attr]
    gateway.proc.wait()  # type: ignore[union-attr]


def told(name: str, result: IngestResult, start: float) -> None:
    """Print how long an ingest took."""
    rate = result.read / result.seconds
    spent = processor_seconds() - start
    print(
        f"{name:>7}: {result.read:,} rows in {result.seconds:.1f} s, {rate:,.0f} rows/s, {spent:.1f} processor seconds"
    )


def main() -> None:
    """Ingest by both engines and print."""
    folder = Path(sys.argv[1]).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "events.csv"
    if not log.exists():
        simulate(log, visitors=int(sys.argv[2]) if len(sys.argv) > 2 else VISITORS)
    content = {"source": {"preset": "retailrocket"}, "target": {"within": "7d"}, "folder": folder}
    plain = Shop.model_validate(content)
    storage = Storage(engine="spark", master="local[2]", memory="2GB")
    spark = plain.model_copy(update={"storage": storage})
    watch = Watch(layout_of(spark.home).staged(0).parent)
    files = [str(log)]
    print(
        f"{log.stat().st_size:,} bytes of CSV; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    )
    start = processor_seconds()
    told("duckdb", ingest(plain, files), start)
    start = processor_seconds()
    result = ingest(spark, files, watch)
    watch.look()
    stop_spark()
    told("spark", result, start)
    watch.report()
    print(f"  staged files: {watch.staged_bytes:,} bytes, removed at the end")
    with Ledger(layout_of(spark.home).ledger, read_only=True) as ledger:
        for table in ("events_raw", "events", "entities", "items"):
            found = ledger.files(table)
            held = sum((layout_of(spark.home).home / file.file).stat().st_size for file in found)
            print(f"  {table}: {held:,} bytes in {len(found)} files")
    print(
        f"  duckdb: {size_of(plain.home / 'bronze'):,} bytes of bronze, {size_of(plain.home / 'silver'):,} of silver"
    )


if __name__ == "__main__":
    main()
