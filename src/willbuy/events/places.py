"""The place that a shop's ingest writes to, by its engine, held against every other ingest."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from willbuy.events.disk import explain_full_disk
from willbuy.events.keeping import Keeping
from willbuy.events.keeping_files import FilesKeeping
from willbuy.events.sweeping import one_at_a_time
from willbuy.shop import Shop
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import Ledger
from willbuy.warehouse.source_ledger import SourceLedger


class Place(NamedTuple):
    """The folders for files on the way or to stay, the ledger, and what keeps the rows."""

    layout: Layout
    ledger: SourceLedger
    keeping: Keeping


@contextmanager
def place_of(shop: Shop) -> Iterator[Place]:
    """Open the place of a shop's engine. Raises WillbuyError where another ingest holds it, or it cannot be reached."""
    if shop.storage.engine == "postgres":
        from willbuy.events.postgres.place import postgres_place

        with postgres_place(shop) as place:
            yield Place(*place)
        return
    layout = Layout(shop.home)
    layout.temporary.mkdir(parents=True, exist_ok=True)
    with explain_full_disk(layout.home), one_at_a_time(layout), Ledger(layout.ledger) as ledger:
        yield Place(layout, ledger, FilesKeeping(ledger))
