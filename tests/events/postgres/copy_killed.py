"""A copying to PostgreSQL that dies as it begins the part of a number: `python copy_killed.py FOLDER URL SCHEMA PART`."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from events.postgres.twins import twin
from events.shops import shop_at
from willbuy.events import copying

begun: list[object] = []


def dying(call: Any, at: int) -> Any:
    """The call, which kills its process as the system would when it is made for the `at`-th time."""

    def wrapped(*args: Any) -> Any:
        begun.append(args)
        if len(begun) == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*args)

    return wrapped


if __name__ == "__main__":
    folder, url, schema, part = sys.argv[1:]
    copying._moved = dying(copying._moved, int(part))
    origin = shop_at(Path(folder), files=["*.csv"])
    copying.copy_log(origin, twin(Path(folder), url, schema, files=["*.csv"]))
