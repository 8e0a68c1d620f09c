"""What a process of the service has: one object, made when it starts and handed to the app."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from willbuy.shop.common import Common

if TYPE_CHECKING:
    from willbuy.events.live import EventReader
    from willbuy.hashed_ids import Hasher
    from willbuy.service.gate.keys import Keys
    from willbuy.service.gate.metrics import Metrics
    from willbuy.service.holder import Holder
    from willbuy.store import LiveStore
    from willbuy.store.predictions import PredictionLog

Clock = Callable[[], datetime]
"""The time now, naive UTC."""

LOOPBACK = ("127.", "localhost", "::1")


@dataclass
class State:
    """All that the routes use. `store` and `reader` are None for a table, `hasher` wherever ids are kept as they are."""

    shop: Common
    clock: Clock
    holder: "Holder"
    store: "LiveStore | None"
    reader: "EventReader | None"
    log: "PredictionLog"
    keys: "Keys"
    hasher: "Hasher | None"
    metrics: "Metrics | None" = None
    shop_file: Path | None = None  # `shop.toml` in the shop's folder, unless it is another

    @property
    def docs(self) -> bool:
        """Whether `/docs` and `/openapi.json` are there: as the shop file says, else at a loopback address."""
        said = self.shop.serve.docs
        return self.shop.serve.host.startswith(LOOPBACK) if said is None else said
