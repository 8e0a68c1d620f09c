"""The live store: what the service keeps of visitors, on SQLite. Durable before it is acknowledged, each event once.

`Store` is the door. Inside, one thread writes (`writer`): events are appended and synced (`adding`), then indexed a
little at a time (`index`). The predictions that were answered lie in `predictions`.
"""

from willbuy.store.arrival import Arrival, Outcome, StoredEvent
from willbuy.store.store import Store

__all__ = ["Arrival", "Outcome", "Store", "StoredEvent"]
