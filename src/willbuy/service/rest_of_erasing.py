"""Erasing what the service does not hold itself, by a process of its own: one at a time, for all who were erased meanwhile."""

import logging
import subprocess
import sys
import threading
from pathlib import Path

logger = logging.getLogger("willbuy.service")


class RestOfErasing:
    """Ends the erasures that are written down in a shop's home, whenever it is called.

    The process outlives this one, and finds whom to erase in the plans: no list of processes shows an id. While it works,
    further calls start nothing; another one follows it, for all of them. What stops it the next command of the shop ends.
    """

    def __init__(self, shop_file: Path) -> None:
        self._command = [sys.executable, "-m", "willbuy", "erase", "--shop", str(shop_file)]
        self._lock = threading.Lock()
        self._wanted = self._working = False

    def __call__(self) -> None:
        """Have all that is written down erased; returns at once."""
        with self._lock:
            self._wanted = True
            if self._working:
                return
            self._working = True
        threading.Thread(target=self._work, name="erasing", daemon=True).start()

    def _work(self) -> None:
        while self._goes_on():
            try:
                code = subprocess.run(
                    self._command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                    check=False,
                ).returncode
            except OSError:
                logger.exception("no process can be started to end an erasure. Run: willbuy erase")
            else:
                if code:
                    logger.error("an erasure did not end (exit %d). Run: willbuy erase", code)

    def _goes_on(self) -> bool:
        with self._lock:
            self._working, self._wanted = self._wanted, False
            return self._working
