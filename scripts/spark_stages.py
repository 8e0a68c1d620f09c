"""What Spark read and moved between its tasks while it made a shop's snapshots: `python -m scripts.spark_stages shop.toml`.

The shop's `[storage] engine` must be "spark", and something ingested. Bytes are those that Spark's own counters tell.
"""

import sys
import tempfile
import time
from pathlib import Path

from willbuy.features.catalogue import features_of
from willbuy.features.log import summarise
from willbuy.shop import Shop, load_shop
from willbuy.snapshots import build_snapshots
from willbuy.warehouse.spark.opening import open_spark
from willbuy.warehouse.spark.warehouse import SparkWarehouse

COUNTERS = {"totalInputBytes": "read from files", "totalShuffleWrite": "moved between tasks"}


def counted(warehouse: SparkWarehouse) -> dict[str, int]:
    """What all executors have read and moved since Spark was started."""
    executors = warehouse.session.sparkContext._jsc.sc().statusStore().executorList(False)
    every = [executors.apply(place) for place in range(executors.size())]
    return {told: sum(getattr(one, name)() for one in every) for name, told in COUNTERS.items()}


def main() -> None:
    """Make the snapshots in a folder of their own and print a table."""
    shop = load_shop(Path(sys.argv[1]))
    if not isinstance(shop, Shop):
        raise SystemExit("a table has no snapshots")
    with open_spark(shop) as warehouse, tempfile.TemporaryDirectory() as folder:
        log = summarise(warehouse)
        features = features_of(shop, log.kinds, log.fields)
        before = counted(warehouse)
        started = time.monotonic()
        made = build_snapshots(warehouse, shop, features, folder=Path(folder) / "snapshots")
        seconds = time.monotonic() - started
        totals = {told: total - before[told] for told, total in counted(warehouse).items()}
        totals["snapshots"] = sum(file.stat().st_size for file in Path(folder).rglob("*.parquet"))
    print(
        f"{log.events:,} events, {len(made.anchors)} anchors, {made.n:,} snapshots of {len(features.names)} features"
    )
    print(f"{seconds:.1f} s on {warehouse.session.sparkContext.master}")
    for told, total in totals.items():
        print(
            f"{told:>20}: {total:>13,} bytes, {total / log.events:7.1f} an event, {total / made.n:7.1f} a snapshot"
        )


if __name__ == "__main__":
    main()
