"""Waiting for the store without a thread each: its writer says what is synced, the loop is woken once for many."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from willbuy.store import Arrival, LiveStore, Outcome

    Told = list[Outcome] | Exception


class Acks:
    """Hands arrivals to a store and waits for what became of them."""

    def __init__(self, store: "LiveStore") -> None:
        self._store = store
        self._told: deque[tuple[asyncio.Future[list[Outcome]], Told]] = deque()
        self._woken = False

    async def stored(self, arrivals: "Sequence[Arrival]") -> "list[Outcome]":
        """An outcome for each, once all of them are synced. Raises StoreError where none of them was kept."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Outcome]] = loop.create_future()

        def done(told: "Told") -> None:
            """Called by the writer's thread. One wake-up serves all that it finished before the loop turns to it."""
            self._told.append((future, told))
            if not self._woken:
                self._woken = True
                loop.call_soon_threadsafe(self._wake)

        self._store.submit(arrivals, done)
        return await future

    def _wake(self) -> None:
        self._woken = False  # before the queue is emptied: what comes from here on wakes again
        while self._told:
            future, told = self._told.popleft()
            if future.done():  # the client has gone
                continue
            if isinstance(told, Exception):
                future.set_exception(told)
            else:
                future.set_result(told)
