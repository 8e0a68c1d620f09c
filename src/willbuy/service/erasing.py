"""Erasing a visitor while the service runs: its own store at once, all else by a process of its own."""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool

from willbuy.errors import StoreRead, WillbuyError
from willbuy.service.entities import Entities
from willbuy.service.state import State

logger = logging.getLogger("willbuy.service")


def start_rest(shop_file: Path, visitor: str) -> None:
    """Have all else erased by a process that outlives this one: the log, the tables, runs, answers.

    The id goes through its standard input, which no list of processes shows. What stops it the next command of the shop ends.
    """
    command = [sys.executable, "-m", "willbuy", "erase", "-", "--rest", "--shop", str(shop_file)]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

    def ended() -> None:
        process.communicate(f"{visitor}\n".encode())
        if process.returncode:
            logger.error("an erasure did not end (exit %d). Run: willbuy erase", process.returncode)

    threading.Thread(target=ended, name="erasing", daemon=True).start()


class Erasing:
    """Erases visitors; `rest` starts what erases all that the service does not hold itself."""

    def __init__(self, state: State, rest: Callable[[Path, str], None] = start_rest) -> None:
        self._store, self._log, self._entities, self._rest = state.store, state.log, Entities(state), rest
        self._file = state.shop_file or state.shop.folder / "shop.toml"

    async def erase(self, visitor: str) -> None:
        """Erase one, given as it was sent. When this returns, nothing is answered about it any more.

        Raises StoreError where the store cannot erase now.
        """
        await run_in_threadpool(self._rest, self._file, visitor)
        entity = self._entities.asked(visitor)
        if self._store is not None:
            try:
                await run_in_threadpool(self._store.erase, entity)
            except StoreRead as error:  # the store ends it by itself
                logger.warning("an erasure goes on: %s", error)
        try:  # again, for what was answered while the process began: from here on nothing is
            await run_in_threadpool(self._log.erase, entity)
        except WillbuyError:
            logger.exception("answers about an erased visitor are still logged. Run: willbuy erase")
