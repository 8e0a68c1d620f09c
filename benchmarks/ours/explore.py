"""Our side: the whole page of the shop's log, through the library.

Usage: python -m benchmarks.ours.explore SHOP_TOML PAGE_HTML
"""

import sys
from pathlib import Path

from benchmarks.house.side import Stages
from willbuy.explore.explore import explore
from willbuy.explore.page import write_page
from willbuy.shop import load_shop


def main(shop_file: Path, page: Path) -> None:
    """Count everything, then write the page."""
    stages = Stages()
    with stages.stage("numbers"):
        found = explore(load_shop(shop_file))
    with stages.stage("page"):
        write_page(found, page)
    stages.done(events=found["log"]["events"], visitors=found["log"]["visitors"], bytes=page.stat().st_size)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
