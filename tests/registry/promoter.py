"""A process that promotes a run: `promoter.py HOME_FOLDER RUN PATIENCE [stop]`; with `stop` it stops itself before it commits."""

import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from willbuy.errors import WillbuyError
from willbuy.registry.promote import promote
from willbuy.shop import Common


def main(folder: str, run: str, patience: str, *rest: str) -> int:
    """Promote, once a line comes in; 2 where it was refused."""

    def said(words: str) -> None:
        """Tell the step; stop after the last one before the commit, as a machine does that is put to sleep."""
        print(words, flush=True)
        if rest and "golden rows hold" in words:
            os.kill(os.getpid(), signal.SIGSTOP)

    print("ready", flush=True)
    sys.stdin.readline()
    shop, moment = Common(folder=Path(folder)), datetime(2026, 1, 2)
    try:
        done = promote(shop, run, "racer", moment, said=said, patience=float(patience))
    except WillbuyError as error:
        print(f"refused: {error}", flush=True)
        return 2
    print(f"token {done.pointer.token}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
