"""A visitor who is erased while a model is trained: the run had read their rows, and writes some of them down afterwards."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from willbuy.hashed_ids import Suppression
from willbuy.privacy.silver import without
from willbuy.runs import PREDICTIONS, SNAPSHOTS, run_entries
from willbuy.shop import Shop
from willbuy.shop.common import Common
from willbuy.warehouse import open_warehouse


@contextmanager
def erased_meanwhile(shop: Common) -> Iterator[None]:
    """After the block, take whoever was erased while it lasted out of the runs that it has made.

    Their names are known to nobody any more: out goes whoever silver does not know.
    """
    erased = Suppression(shop.home)
    before, runs = erased.digests, set(run_entries(shop.home)[0])
    try:
        yield
    finally:
        if isinstance(shop, Shop) and erased.digests != before:
            for name in set(run_entries(shop.home)[0]) - runs:
                _only_known(shop, shop.home / "runs" / name)


def _only_known(shop: Shop, folder: Path) -> None:
    """Erase what a run holds of entities that are not in silver."""
    with closing(open_warehouse(shop)) as warehouse:
        engine = warehouse.at_desk("entities").connection
        for path in sorted(folder.glob(f"{SNAPSHOTS}/**/*.parquet")):
            without(engine, path, "entity_key NOT IN (SELECT entity_key FROM entities)")
        for path in folder.glob(PREDICTIONS):
            without(engine, path, "CAST(entity AS VARCHAR) NOT IN (SELECT entity FROM entities)")
