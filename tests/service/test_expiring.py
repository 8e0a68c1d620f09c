"""P3: a running service forgets events that are older than the shop keeps."""

import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from waiting import until
from willbuy.features.live import Event
from willbuy.service.expiring import expiring
from willbuy.store import Arrival, Store

NOW = datetime(2024, 3, 10)


def stored(store: Store, days_ago: int) -> None:
    told: list[object] = []
    happened = Event(NOW - timedelta(days=days_ago), "view", received=NOW)
    store.submit([Arrival("ann", happened, f"e{days_ago}", bytes(16))], told.append)
    while not told:
        time.sleep(0.001)


@pytest.mark.parametrize(("days", "left"), [(5, 2), (None, 3)])
def test_p3_old_events_are_gone_while_the_service_runs(tmp_path: Path, days: int | None, left: int) -> None:
    """P3: at the start, and of what grows old later at the next look; for ever where the shop file sets no limit."""
    now = [NOW - timedelta(days=5)]
    with Store(tmp_path) as store:
        for days_ago in (1, 4, 9):
            stored(store, days_ago)
        with expiring(store, days, lambda: now[0], pause=0.01):
            time.sleep(0.1)
            assert len(store.events("ann")) == 3
            now[0] = NOW
            until(lambda: len(store.events("ann")) <= left)
        assert len(store.events("ann")) == left
