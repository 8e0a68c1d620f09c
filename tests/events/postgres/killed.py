"""An ingest into PostgreSQL in a process of its own that dies at a chosen point: `python killed.py FOLDER POINT`.

Every statement and every chunk that is copied is a point; at the given one the process kills itself as the system would
(SIGKILL: no clean-up runs). POINT -1 runs to the end and prints how many points there were.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from willbuy.events.ingest import ingest
from willbuy.shop import Shop

SHOP = "shop.json"


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


def main(folder: Path, point: int) -> None:
    def die(number: int) -> None:
        if number == point:
            os.kill(os.getpid(), signal.SIGKILL)

    passed = at_every_point(die)
    shop = Shop.model_validate({**json.loads((folder / SHOP).read_text()), "folder": folder})
    result = ingest(shop, [str(folder / "b.csv")])
    sys.stdout.write(json.dumps({"points": len(passed), **result.to_json()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
