"""The workbench of a shop's ingest, by its engine: the one place to begin whatever changes a log."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from willbuy.events import presets
from willbuy.events.disk import explain_full_disk
from willbuy.events.guarding import Guard, refuse_rules_on_ids
from willbuy.events.places import place_of
from willbuy.events.settings import settings_of
from willbuy.events.spark.opening import spark_bench
from willbuy.events.workbench import Progress, Workbench
from willbuy.hashed_ids import Suppression, open_hasher
from willbuy.shop import Shop

MOST_WORKERS = 4
"""Each holds a block in memory, and merges a bucket; more are asked for with storage.threads."""


@contextmanager
def open_bench(shop: Shop, progress: Progress | None = None) -> Iterator[Workbench]:
    """A workbench over the shop's log, held against every other process that would change it; of Spark a `SparkBench`."""
    source = presets.resolve(shop.source)
    refuse_rules_on_ids(source)
    guard = Guard(open_hasher(shop), Suppression(shop.home))
    tell = progress or (lambda done, total, stage: None)
    if shop.storage.engine == "spark":
        with spark_bench(shop, source, guard, tell) as on_spark:
            yield on_spark
        return
    with (
        place_of(shop) as place,
        explain_full_disk(place.layout.home),
        Workbench(
            layout=place.layout,
            ledger=place.ledger,
            keeping=place.keeping,
            source=source,
            settings=settings_of(source),
            workers=shop.storage.threads or min(os.cpu_count() or 1, MOST_WORKERS),
            memory=shop.storage.memory,
            progress=tell,
            guard=guard,
            raw=place.keeping.raw,
        ) as bench,
    ):
        yield bench
