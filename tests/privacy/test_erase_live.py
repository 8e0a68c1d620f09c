"""P2: a visitor whose events came live is erased from the log as well, and the log goes on being made anew without them."""

from datetime import datetime
from pathlib import Path

from events.shops import events, shop_at, some_rows, tables, write_log
from events.stored import body_of, send
from privacy.test_erase import ID, counts, hits
from willbuy.events.ingest import ingest, ingest_live
from willbuy.privacy.erase import erase
from willbuy.store.live_log import LiveLog

NOW = datetime(2024, 6, 1)
ROWS = [row if n % 20 else ID + row[row.index(",") :] for n, row in enumerate(some_rows(800))]


def test_p2_live_events_in_the_log(tmp_path: Path) -> None:
    shop = shop_at(tmp_path)
    ingest(shop, [str(write_log(tmp_path / "a.csv", ROWS[:500]))])
    send(shop, [body_of(row, number) for number, row in enumerate(ROWS[300:], 300)], NOW)
    with LiveLog(shop.home / "live") as live:
        assert ingest_live(shop, live).accepted == 500
    others = [row for row in events(shop) if row[0] != ID]
    assert (len(others), hits(shop.home, ID) == []) == (760, False)
    erased = erase(shop, ID, NOW, "test")
    assert erased.events == 40
    assert hits(shop.home, ID) == []
    assert events(shop) == others
    before = tables(shop), counts(shop)
    with LiveLog(shop.home / "live") as live:
        assert ingest_live(shop, live).read == 0
        assert (tables(shop), counts(shop)) == before
        wider = shop_at(tmp_path, currency_digits=3)
        assert ingest_live(wider, live).read == 0  # all of it typed anew from bronze
    assert [(row[0], row[1], row[5]) for row in events(wider)] == [
        (row[0], row[1], None if row[5] is None else row[5] * 10) for row in others
    ]
    send(shop, [body_of("u1,2024-05-01 00:00:00,view,a,1.00,1", 9_000)], NOW)
    with LiveLog(shop.home / "live") as live:
        assert ingest_live(wider, live).accepted == 1
    assert len(events(wider)) == 761
    assert hits(shop.home, ID) == []
