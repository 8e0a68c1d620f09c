"""The live store: what the service keeps of visitors. Durable before it is acknowledged, each event once.

`LiveStore` says what a store does: `Store` in SQLite files, `postgres` on a server. Inside `Store`, one thread writes
(`writer`): events are appended and synced (`adding`), then indexed a little at a time (`index`). The predictions that were answered lie in `predictions`.
"""

from willbuy.store.arrival import Arrival, Outcome, StoredEvent
from willbuy.store.interface import LiveStore
from willbuy.store.store import Store

__all__ = ["Arrival", "LiveStore", "Outcome", "Store", "StoredEvent"]
