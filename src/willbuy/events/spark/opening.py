"""Opening a Spark ingest: the shop's tables under their lock, the ledger, and a session whose workers read and merge."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from willbuy.errors import ShopError
from willbuy.events.disk import explain_full_disk
from willbuy.events.guarding import Guard
from willbuy.events.keeping_files import FilesKeeping
from willbuy.events.presets import ResolvedSource
from willbuy.events.settings import settings_of
from willbuy.events.spark.bench import SparkBench
from willbuy.events.sweeping import one_at_a_time
from willbuy.events.workbench import Progress, share_of
from willbuy.shop import Shop
from willbuy.warehouse.ledger import Ledger
from willbuy.warehouse.spark.scratch import own_folder
from willbuy.warehouse.spark.tables import layout_of


@contextmanager
def spark_bench(shop: Shop, source: ResolvedSource, guard: Guard, progress: Progress) -> Iterator[SparkBench]:
    """A workbench over the shop's tables on Spark, held against every other ingest.

    Raises EngineError where Spark does not start, ShopError where the shop's home is no folder.
    """
    from willbuy.warehouse.spark.session import open_session
    from willbuy.warehouse.spark.session import settings_of as spark_settings

    storage = shop.storage
    if "://" in storage.home:
        raise ShopError(
            f"storage.home is {storage.home!r}, and ingest on Spark is not built for a URL: it keeps its ledger and files "
            "in a folder. Name one that the driver and every worker see under the same path."
        )
    layout = layout_of(shop.home)
    layout.temporary.mkdir(parents=True, exist_ok=True)
    workers = tasks_at_once(storage.master)
    with explain_full_disk(layout.home), one_at_a_time(layout), Ledger(layout.ledger) as ledger:
        scratch = own_folder(layout.temporary)
        session = open_session(storage.master, spark_settings(storage.spark), storage.memory, scratch)
        with SparkBench(
            layout=layout,
            ledger=ledger,
            keeping=FilesKeeping(ledger),
            source=source,
            settings=settings_of(source),
            workers=workers,
            memory=share_of(storage.memory, workers),
            progress=progress,
            guard=guard,
            session=session,
        ) as bench:
            yield bench


def tasks_at_once(master: str) -> int:
    """How many tasks may share this machine's memory: those of a local master; of a cluster's machine, by a guess, four.

    >>> tasks_at_once("local[2]"), tasks_at_once("local"), tasks_at_once("yarn")
    (2, 1, 4)
    """
    found = re.fullmatch(r"local(?:\[(\d+|\*)(?:,.*)?\])?", master)
    if not found:
        return 4
    return (os.cpu_count() or 1) if found[1] == "*" else int(found[1] or 1)
