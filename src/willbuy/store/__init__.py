"""The live store: what the service keeps of visitors, on SQLite. Durable before it is acknowledged, each event once.

`Store` is the door. Inside, one thread writes (`writer`), in the order of `steps`: events are appended and synced
(`log`), then indexed a little at a time (`index`); what came before the service lies beside it, packed (`history`).
"""

from willbuy.store.arrival import Arrival, Outcome, StoredEvent
from willbuy.store.store import Store

__all__ = ["Arrival", "Outcome", "Store", "StoredEvent"]
