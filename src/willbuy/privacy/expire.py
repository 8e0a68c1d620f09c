"""Forget what is older than the shop keeps: live events, logged answers, and where it is asked for rows of the log.

What was counted stays: the tallies of items, the daily counts of answers, models and their figures.
"""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from willbuy import audit
from willbuy.events.disk import explain_full_disk
from willbuy.privacy.engines import some_engines
from willbuy.privacy.log_in_files import expire_in_files
from willbuy.privacy.reach import check_reach
from willbuy.shop import Shop
from willbuy.shop.common import Common
from willbuy.store.opening import expire_live, has_log, on_server, open_answers


@dataclass(frozen=True)
class Expired:
    """Rows that are gone: `live` events of the service (None where a running one does it), `answers`, `events`, `raw` lines."""

    live: int | None = 0
    answers: int = 0
    events: int = 0
    raw: int = 0
    seconds: float = 0.0

    def to_json(self) -> Mapping[str, Any]:
        """The object that `willbuy expire --json` prints."""
        return {**asdict(self), "seconds": round(self.seconds, 3)}

    def sentence(self) -> str:
        """The same in words.

        >>> Expired(live=None, answers=2, seconds=0.5).sentence()
        'Expired 2 logged answers, 0 events of the log (0 lines), in 0.5 s. The running service expires its own events.'
        >>> Expired(live=7).sentence()
        'Expired 0 logged answers, 0 events of the log (0 lines), 7 live events, in 0.0 s.'
        """
        own = "" if self.live is None else f", {self.live:,} live events"
        after = " The running service expires its own events." if self.live is None else ""
        return (
            f"Expired {self.answers:,} logged answers, {self.events:,} events of the log ({self.raw:,} lines){own}, "
            f"in {self.seconds:.1f} s.{after}"
        )


def expire(shop: Common, moment: datetime, actor: str, days: int | None = None) -> Expired:
    """Apply `[serve] event_days` and `log_days` as of a moment (naive UTC), and `days` to the ingested log.

    A file that is ingested later may bring older rows; they stay until this is asked for again.
    """
    if days is not None:
        check_reach(shop, "expire --days")
    started = time.monotonic()
    live = _expire_live(shop, moment)
    answers = open_answers(shop).expire(moment, shop.serve.log_days)
    raw = events = 0
    if days is not None and isinstance(shop, Shop) and has_log(shop):
        raw, events = _expire_log(shop, moment - timedelta(days=days))
        audit.append(shop.home, moment, actor, "expire", days=days, rows=raw + events)
    return Expired(live, answers, events, raw, time.monotonic() - started)


def _expire_live(shop: Common, moment: datetime) -> int | None:
    days = shop.serve.event_days
    if days is None or not isinstance(shop, Shop):
        return 0
    return expire_live(shop, moment - timedelta(days=days))


def _expire_log(shop: Shop, limit: datetime) -> tuple[int, int]:
    """Lines of bronze and events of silver that are gone."""
    with explain_full_disk(shop.home), some_engines(shop) as engines:
        if on_server(shop):
            from willbuy.privacy.log_on_server import expire_on_server

            return expire_on_server(shop, limit, engines)
        return expire_in_files(shop, limit, engines)
