"""Events that are older than the shop keeps, forgotten while the service runs (P3)."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from willbuy.errors import WillbuyError
from willbuy.service.state import Clock

if TYPE_CHECKING:
    from willbuy.store import LiveStore

logger = logging.getLogger("willbuy.service")
PAUSE_SECONDS = 3600.0


@contextmanager
def expiring(
    store: "LiveStore", days: int | None, clock: Clock, pause: float = PAUSE_SECONDS
) -> Iterator[None]:
    """While the block lasts, at once and then every `pause` seconds, forget live events older than `days`; None: never."""
    if days is None:
        yield
        return
    stop = threading.Event()

    def work() -> None:
        while True:
            try:
                store.expire(clock() - timedelta(days=days))
            except WillbuyError:
                logger.exception("old events are still there; tried again later")
            if stop.wait(pause):
                return

    thread = threading.Thread(target=work, name="expiring", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
