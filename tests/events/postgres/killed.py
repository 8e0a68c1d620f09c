"""A command on a log in PostgreSQL in a process of its own that dies at a chosen point: `python killed.py FOLDER POINT [WHAT [NAME]]`.

WHAT is `files` (ingest b.csv), `live` (ingest the lines of live.csv as live events) or `erase` (the visitor `canary`, or of that NAME). Every statement and
every chunk that is copied is a point; at the given one the process kills itself as the system would (SIGKILL: no clean-up runs).
POINT -1 runs to the end and prints how many points there were.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from events.live_rows import Lines
from willbuy.events.ingest import ingest, ingest_live
from willbuy.privacy.erase import erase
from willbuy.shop import Shop

SHOP, LIVE, CANARY = "shop.json", "live.csv", "canary"


def at_every_point(act: Callable[[int], None]) -> list[int]:
    """Let `act` be called with the number of each point, from 1; returns a list that grows by each."""
    passed: list[int] = []
    for kind, name in ((psycopg.Connection, "execute"), (psycopg.Copy, "write")):
        call = getattr(kind, name)

        def counted(self: Any, *args: Any, call: Any = call, **named: Any) -> Any:
            passed.append(len(passed) + 1)
            act(len(passed))
            return call(self, *args, **named)

        setattr(kind, name, counted)
    return passed


def carry_out(shop: Shop, what: str, name: str = CANARY) -> dict[str, Any]:
    """Do what is asked; returns what the command would print."""
    if what == "erase":
        return dict(erase(shop, name, datetime(2026, 1, 2), "tester").to_json())
    if what == "live":
        return ingest_live(shop, Lines.of((shop.folder / LIVE).read_text().splitlines())).to_json()
    return ingest(shop, [str(shop.folder / "b.csv")]).to_json()


def main(folder: Path, point: int, what: str = "files", *names: str) -> None:
    def die(number: int) -> None:
        if number == point:
            os.kill(os.getpid(), signal.SIGKILL)

    passed = at_every_point(die)
    shop = Shop.model_validate({**json.loads((folder / SHOP).read_text()), "folder": folder})
    sys.stdout.write(json.dumps({"points": len(passed), **carry_out(shop, what, *names)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
