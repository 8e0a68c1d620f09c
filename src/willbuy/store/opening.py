"""Where a shop's live events and answers lie: in SQLite files of its home, or in its schema on a PostgreSQL server.

This is the one place that chooses; whoever asks here knows no engine.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from willbuy.errors import StoreHeld
from willbuy.shop.common import Common
from willbuy.store.predictions.answers import Answers

if TYPE_CHECKING:
    from datetime import datetime

    from willbuy.store.interface import LiveStore
    from willbuy.store.live_log import LiveLog
    from willbuy.store.postgres.live_log import PostgresLiveLog
    from willbuy.store.postgres.server import Server


LEDGER = "ledger.sqlite"


class Worker(Protocol):
    """One of several processes of a machine: which, of how many, and the folder of what they share."""

    @property
    def number(self) -> int: ...

    @property
    def workers(self) -> int: ...

    @property
    def folder(self) -> Path: ...


def on_server(shop: Common) -> bool:
    """Whether the service of a shop keeps what it is sent on a server, so that many processes may serve it."""
    return shop.storage.engine == "postgres"


def open_store(shop: Common, worker: Worker | None = None) -> "LiveStore":
    """Open the live events, as one of several processes where there are several. Raises WillbuyError where they cannot be."""
    if on_server(shop):
        from willbuy.store.postgres.shared_pending import SharedPending
        from willbuy.store.postgres.store import PostgresStore

        shared = None
        if worker is not None:
            shared = SharedPending(worker.folder / "pending", worker.number, worker.workers)
        return PostgresStore(_server(shop), shop.home, shared)
    from willbuy.store.store import Store

    return Store(shop.home)


def open_answers(shop: Common) -> Answers:
    """The log of answers; its tables are made where they are missing. Raises ServerError where the server cannot be asked."""
    if on_server(shop):
        from willbuy.hashed_ids import Suppression
        from willbuy.store.postgres.answers import PostgresAnswers

        server = _server(shop)
        server.prepare()
        return PostgresAnswers(server, Suppression(shop.home))
    from willbuy.store.predictions.answers_file import AnswersFile

    return AnswersFile(shop.home)


def open_live_log(shop: Common) -> "LiveLog | PostgresLiveLog":
    """The live events in order, to be read. Raises StoreError where nothing was served yet."""
    if on_server(shop):
        from willbuy.store.postgres.live_log import PostgresLiveLog

        return PostgresLiveLog(_server(shop))
    from willbuy.store.live_log import LiveLog

    return LiveLog(shop.home / "live")


def erase_live(shop: Common, entity: str) -> None:
    """Erase an entity from the live events, beside a running service too. Raises StoreError where that is not done in time."""
    if on_server(shop):
        with open_store(shop) as store:
            store.erase(entity)
        return
    from willbuy.store.erasing_from_outside import erase_stored

    erase_stored(shop.home, entity)


def expire_live(shop: Common, before: "datetime") -> int | None:
    """Delete the live events that happened before a moment; return how many, None where a running service does it itself."""
    if not on_server(shop) and not (shop.home / "live").is_dir():
        return 0
    try:
        with open_store(shop) as store:
            return store.expire(before)
    except StoreHeld:
        return None


def has_log(shop: Common) -> bool:
    """Whether anything was ingested that a history could be loaded from."""
    if on_server(shop):
        from willbuy.store.postgres.history import has_log as asked

        return asked(_server(shop))
    if shop.storage.engine == "spark":
        from willbuy.warehouse.spark.tables import layout_of

        return layout_of(shop.home).ledger.is_file()
    return (shop.home / LEDGER).is_file()


def loaded_history(shop: Common) -> dict[str, Any]:
    """What is known of the history that is in place on the server."""
    from willbuy.store.postgres.history import loaded_history as found

    return found(_server(shop))


def put_history(shop: Common, file: Path) -> None:
    """Put a packed history in place of the one on the server."""
    from willbuy.hashed_ids import Suppression
    from willbuy.store.postgres.history import put_history as put

    put(_server(shop), file, Suppression(shop.home))


def _server(shop: Common) -> "Server":
    from willbuy.store.postgres.server import Server
    from willbuy.warehouse.postgres.connecting import address_of
    from willbuy.warehouse.postgres.schema import schema_of

    return Server(address_of(shop.storage), schema_of(shop))
