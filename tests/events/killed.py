"""An ingest in a process of its own that dies at a chosen point: `python killed.py FOLDER JOURNAL POINT [live|rebuild]`.

Every file written and every record made is a point; at the given one the process kills itself as the system would
(SIGKILL: no clean-up runs). Rows written to complete files are noted in the journal, so that work can be counted.
With `live` it reads the store in FOLDER/.willbuy/live, with `rebuild` bronze. POINT -1 runs to the end and prints how many points there were.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from willbuy.events import bronze, merge, staging
from willbuy.events.ingest import ingest, ingest_live
from willbuy.events.rebuild import rebuild
from willbuy.shop import Shop
from willbuy.store.live_log import LiveLog
from willbuy.warehouse.ledger import Ledger

SHOP = "shop.json"
passed: list[str] = []


def at_points(point: int, call: Callable[..., Any]) -> Callable[..., Any]:
    """The call, with a point before and after it."""

    def dying(*args: Any, **named: Any) -> Any:
        _pass(point)
        result = call(*args, **named)
        _pass(point)
        return result

    return dying


def _pass(point: int) -> None:
    passed.append("")
    if len(passed) == point:
        os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path, journal: Path, point: int, mode: str) -> None:
    for module in (bronze, staging, merge):
        write = module.write_parquet

        def noted(connection: Any, sql: str, path: Path, *rest: Any, write: Any = write) -> int:
            rows: int = write(connection, sql, path, *rest)
            with journal.open("a", encoding="utf-8") as file:
                file.write(f"{rows}\n")
            return rows

        module.write_parquet = at_points(point, noted)  # type: ignore[attr-defined]
    for name in ("add_source", "add_part", "source_staged", "add_merge", "publish"):
        setattr(Ledger, name, at_points(point, getattr(Ledger, name)))
    shop = Shop.model_validate({**json.loads((folder / SHOP).read_text()), "folder": folder})
    if mode == "rebuild":
        result = rebuild(shop).result
    elif mode == "live":
        with LiveLog(shop.home / "live") as received:
            result = ingest_live(shop, received)
    else:
        result = ingest(shop)
    sys.stdout.write(json.dumps({"points": len(passed), **result.to_json()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), "".join(sys.argv[4:]))
