"""Erasing a visitor while the service runs: its own store at once, all else by a process of its own."""

import logging
from collections.abc import Callable
from dataclasses import replace

from starlette.concurrency import run_in_threadpool

from willbuy.errors import StoreRead, WillbuyError
from willbuy.privacy.plan import Plan, pending
from willbuy.service.entities import Entities
from willbuy.service.rest_of_erasing import RestOfErasing
from willbuy.service.state import State

logger = logging.getLogger("willbuy.service")


class Erasing:
    """Erases visitors; `rest` starts what erases all that the service does not hold itself, as the plans in its home say."""

    def __init__(self, state: State, rest: Callable[[], None] | None = None) -> None:
        self._store, self._log, self._entities = state.store, state.log, Entities(state)
        self._home = state.shop.home
        self._rest = rest or RestOfErasing(state.shop_file or state.shop.folder / "shop.toml")

    def go_on(self) -> None:
        """Begin again with what a service before this one had written down, and did not come to."""
        if pending(self._home):
            self._rest()

    async def erase(self, visitor: str, actor: str = "service") -> None:
        """Erase one, given as it was sent. When this returns, nothing is answered about it any more.

        It is written down first: whatever dies from then on, the next command or start ends it.
        `actor` is who asks, for the audit log. Raises StoreError where the store cannot erase now.
        """
        entity = self._entities.asked(visitor)
        plan = Plan(entity, actor)
        await run_in_threadpool(plan.write, self._home)
        try:
            await self._erase_here(entity)
            await run_in_threadpool(replace(plan, live=False).write, self._home)
        finally:
            self._rest()
        try:  # again, for what was answered while the store erased: from here on nothing is
            await run_in_threadpool(self._log.erase, entity)
        except WillbuyError:
            logger.exception("answers about an erased visitor are still logged. Run: willbuy erase")

    async def _erase_here(self, entity: str) -> None:
        if self._store is None:
            return
        try:
            await run_in_threadpool(self._store.erase, entity)
        except StoreRead as error:  # the store ends it by itself
            logger.warning("an erasure goes on: %s", error)
