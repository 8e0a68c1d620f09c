"""The visitors' history, loaded from the warehouse by a child process: it needs DuckDB, which this process never imports."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from willbuy.errors import WillbuyError
from willbuy.shop import Common, Shop
from willbuy.store.opening import has_log


def history_loader(shop: Common, file: Path) -> Callable[[], None] | None:
    """What loads the history of a shop, read from its file; None where there is none: a table, or nothing was ingested."""
    if not isinstance(shop, Shop) or not has_log(shop):
        return None

    def load() -> None:
        command = [sys.executable, "-m", "willbuy.store.loading", str(file)]
        done = subprocess.run(
            command, stdout=subprocess.DEVNULL, check=False
        )  # progress goes to standard error
        if done.returncode:
            raise WillbuyError(
                "the visitors' history could not be loaded; the lines above say why. Mend that, or serve without it: "
                "willbuy serve --no-load"
            )

    return load
