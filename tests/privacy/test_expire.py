"""Retention (P3)."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from events.shops import events, shop_at, some_rows, write_log
from privacy.test_erase import counts
from willbuy import audit
from willbuy.events.ingest import ingest
from willbuy.features.live.event import Event
from willbuy.privacy.expire import expire
from willbuy.shop import Shop
from willbuy.store import Arrival, Store
from willbuy.store.predictions import Answer, PredictionLog, read_answers
from willbuy.warehouse import open_warehouse
from willbuy.warehouse.profile import profile

NOW = datetime(2024, 3, 10)


def test_p3_rows_of_the_log_that_are_too_old_are_gone(tmp_path: Path) -> None:
    """P3: lines, events and visitors of before the limit; the account holds, and a second reading says the same."""
    write_log(tmp_path / "a.csv", [*some_rows(4000), "u1,2024-03-01 10:00:00,look,a,1,1", "u1,short"])
    write_log(tmp_path / "b.csv", [*some_rows(1000), "old,2024-03-01 00:00:00,view,a,1,1"])
    shop = shop_at(tmp_path, files=["a.csv", "b.csv"])
    ingest(shop)
    limit = datetime(2024, 3, 1, 12)
    before = events(shop)
    refused = account(shop)["rejected"]
    gone = [row for row in before if row[1] < limit]
    expired = expire(shop, limit + timedelta(days=5), "tester", days=5)
    assert events(shop) == [row for row in before if row[1] >= limit] and 0 < len(gone) < len(before)
    assert expired.events == len(gone) and expired.raw > len(gone)
    assert account(shop)["rejected"] <= refused  # the doctor would take them for a fault of the export
    after = counts(shop)
    with open_warehouse(shop) as warehouse:
        assert warehouse.rows("SELECT count(*) FROM entities WHERE entity = 'old'") == [(0,)]
        assert warehouse.rows("SELECT count(*) FROM events_raw WHERE raw LIKE '%2024-03-01 10:%'") == [(0,)]
    kinds = {"view": ["view", "glance"], "cart": ["cart"], "purchase": ["buy"]}
    ingest(shop_at(tmp_path, files=["a.csv", "b.csv"], kinds=kinds))
    assert counts(shop) == after
    assert expire(shop, limit + timedelta(days=5), "tester", days=5).raw == 0
    assert [line.act for line in audit.lines(shop.home)] == ["expire", "expire"]


def account(shop: Shop) -> dict[str, int]:
    with open_warehouse(shop) as warehouse:
        found = profile(warehouse)["account"]
    assert found["read"] == found["accepted"] + found["rejected"] + found["duplicates"]
    return found


def test_p3_live_events_and_answers_that_are_too_old_are_gone(tmp_path: Path) -> None:
    """P3: by `[serve] event_days` and `log_days`; the log itself is left alone where nothing asks for it."""
    write_log(tmp_path / "a.csv", some_rows(100))
    shop = shop_at(tmp_path, files=["a.csv"])
    shop = shop.model_copy(update={"serve": shop.serve.model_copy(update={"event_days": 5, "log_days": 5})})
    ingest(shop)
    moments = [NOW - timedelta(days=days) for days in (1, 4, 6, 30)]
    with Store(shop.home) as store:
        told: list[object] = []
        arrivals = [
            Arrival("ann", Event(moment, "view", received=NOW), str(number), bytes(16))
            for number, moment in enumerate(moments)
        ]
        store.submit(arrivals, told.append)
        while not told:
            pass
    log = PredictionLog(shop.home, 300, lambda: NOW)
    for number, moment in enumerate(moments):
        log.put(Answer(str(number), "ann", "score", "v", moment, b"", 0.0, 0.5, None, None))
    log.close()
    before = events(shop)
    expired = expire(shop, NOW, "tester")
    assert (expired.live, expired.answers, expired.events, expired.raw) == (2, 2, 0, 0)
    assert events(shop) == before
    with Store(shop.home) as store:
        assert len(store.events("ann")) == 2
        assert expire(shop, NOW, "tester").live is None  # a service that runs does that itself
    assert len(list(read_answers(shop.home))) == 2


@pytest.mark.parametrize("days", [None, 30])
def test_a_shop_without_a_log_has_nothing_to_forget(tmp_path: Path, days: int | None) -> None:
    assert expire(shop_at(tmp_path), NOW, "tester", days).events == 0
