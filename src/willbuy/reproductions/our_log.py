"""Ours on an event log: from `willbuy init` to `willbuy train`, in a folder that is gone afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from willbuy.evaluation.result.run import Result
from willbuy.events.ingest import ingest
from willbuy.events.look import init
from willbuy.pipeline import train
from willbuy.progress import StepCallback
from willbuy.shop import Shop, load_shop


@contextmanager
def ingested(files: Sequence[Path], within: str, preset: str) -> Iterator[Shop]:
    """A log's shop with its default shop file, read and accounted for; its folder is removed at the end."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "shop.toml"
        init([file.resolve() for file in files], preset=preset, within=within, shop_path=path)
        shop = load_shop(path)
        ingest(shop)
        yield shop


def train_on_log(files: Sequence[Path], within: str, preset: str, say: StepCallback) -> Result:
    """What `willbuy train` finds on a log with the default shop file."""
    with ingested(files, within, preset) as shop:
        return train(shop, say)
