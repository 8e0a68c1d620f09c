"""All that a process holds, opened in order before the first request, and closed in reverse after the last."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from willbuy.errors import WillbuyError
from willbuy.hashed_ids import open_hasher
from willbuy.service.expiring import expiring
from willbuy.service.gate.keys import Keys
from willbuy.service.gate.metrics import Metrics
from willbuy.service.holder import Holder
from willbuy.service.serving import Serving
from willbuy.service.state import Clock, State
from willbuy.service.workers.asked import Asked
from willbuy.shop import Common, Shop
from willbuy.store.opening import open_answers, open_store
from willbuy.store.predictions import PredictionLog

if TYPE_CHECKING:
    from willbuy.events.live import EventReader
    from willbuy.store import LiveStore


logger = logging.getLogger("willbuy.service")


@contextmanager
def started(
    shop: Common,
    keys: Keys,
    metrics: Metrics,
    clock: Clock,
    run: str | None = None,
    allow_unproven: bool = False,
    load: Callable[[], None] | None = None,
    file: Path | None = None,
    worker: Asked | None = None,
) -> Iterator[State]:
    """Load the model, open the store and the log; when the block ends, write what waits and close them.

    Args:
        shop: The shop, its `[serve]` as it holds for this process.
        keys: The keys that the gate checks.
        metrics: Where the app counts scores and events.
        clock: The time now, naive UTC.
        run: A run to serve whoever is champion; by default the champion, followed while it changes.
        allow_unproven: Serve a log's model that has no parity proof too.
        load: Loads the visitors' history into the store, while nobody has that open.
        file: The shop file, where it is not `shop.toml` in the shop's folder.
        worker: Which of several processes this one is, where there are several.

    Raises:
        WillbuyError: There is no model, it is damaged or unproven, or a file of the store cannot be opened.
    """
    with ExitStack() as closing:
        holder = Holder(shop, clock, run=run, allow_unproven=allow_unproven)
        closing.callback(holder.close)
        holder.start()
        if load is not None:
            load()
        store = open_store(shop, worker) if isinstance(shop, Shop) else None
        if store is not None:
            closing.callback(store.close)
            _prepare(holder, store)
            if worker is None or worker.number == 0:
                closing.enter_context(expiring(store, shop.serve.event_days, clock))
        log = PredictionLog(open_answers(shop), shop.serve.log_days, clock)
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
            metrics=metrics,
            shop_file=(file or shop.folder / "shop.toml").absolute(),
        )


def _prepare(holder: Holder, store: "LiveStore") -> None:
    """Have the store keep what the models' features read of items, and that of each that follows before it answers."""

    def use(serving: Serving) -> None:
        if serving.features is not None:
            store.use(serving.features)

    if holder.current is not None:
        use(holder.current)
    try:
        if holder.shadow is not None:
            use(holder.shadow)
    except WillbuyError:
        logger.exception("the model in shadow is not scored")
        holder.shadow = None
    holder.prepare = use


def _reader(shop: Common) -> "EventReader | None":
    if not isinstance(shop, Shop):
        return None
    from willbuy.events.live import EventReader

    return EventReader(shop)
