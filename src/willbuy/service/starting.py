"""All that a process holds, opened in order before the first request, and closed in reverse after the last."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from willbuy.hashed_ids import open_hasher
from willbuy.service.holder import Holder
from willbuy.service.keys import Keys
from willbuy.service.state import Clock, State
from willbuy.shop import Common, Shop
from willbuy.store.predictions import PredictionLog

if TYPE_CHECKING:
    from willbuy.events.live import EventReader
    from willbuy.store.store import Store


@contextmanager
def started(
    shop: Common,
    keys: Keys,
    clock: Clock,
    run: str | None = None,
    allow_unproven: bool = False,
    load: Callable[[], None] | None = None,
) -> Iterator[State]:
    """Load the model, open the store and the log; when the block ends, write what waits and close them.

    Args:
        shop: The shop, its `[serve]` as it holds for this process.
        keys: The keys that the gate checks.
        clock: The time now, naive UTC.
        run: A run to serve whoever is champion; by default the champion, followed while it changes.
        allow_unproven: Serve a log's model that has no parity proof too.
        load: Loads the visitors' history into the store, while nobody has that open.

    Raises:
        WillbuyError: There is no model, it is damaged or unproven, or a file of the store cannot be opened.
    """
    with ExitStack() as closing:
        holder = Holder(shop, clock, run=run, allow_unproven=allow_unproven)
        closing.callback(holder.close)
        holder.start()
        if load is not None:
            load()
        log = PredictionLog(shop.home, shop.serve.log_days, clock)
        store = _open_store(shop)
        if store is not None:
            closing.callback(store.close)
        closing.callback(log.close)
        holder.watch()
        yield State(
            shop=shop,
            clock=clock,
            holder=holder,
            store=store,
            reader=_reader(shop),
            log=log,
            keys=keys,
            hasher=open_hasher(shop),
        )


def _open_store(shop: Common) -> "Store | None":
    if not isinstance(shop, Shop):
        return None
    from willbuy.store.store import Store

    return Store(shop.home / "live")


def _reader(shop: Common) -> "EventReader | None":
    if not isinstance(shop, Shop):
        return None
    from willbuy.events.live import EventReader

    return EventReader(shop)
