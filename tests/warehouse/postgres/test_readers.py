"""Who reads a log on the server sees one log: what would change it half-way waits, what only adds does not."""

import threading
from pathlib import Path

import pytest

from events.live_rows import Lines
from events.postgres.twins import twin
from events.shops import some_rows, write_log
from willbuy.errors import WillbuyError
from willbuy.events.ingest import ingest, ingest_live
from willbuy.shop import Shop
from willbuy.warehouse import open_warehouse
from willbuy.warehouse.postgres import readers
from willbuy.warehouse.postgres.gold import VIEW

ROWS = some_rows(300)
COUNT = 'SELECT COUNT(*), COUNT("received") FROM events'


@pytest.fixture
def shop(tmp_path: Path, postgres_url: str, postgres_schema: str) -> Shop:
    found = twin(tmp_path, postgres_url, postgres_schema)
    ingest(found, [str(write_log(tmp_path / "a.csv", ROWS[:200]))])
    return found


def test_events_that_a_reader_has_seen_stay_until_it_ends(shop: Shop) -> None:
    """Live events stand for a file's rows: a reader of before would see neither."""
    with open_warehouse(shop) as reader:
        running = threading.Thread(target=ingest_live, args=(shop, Lines.of(ROWS[100:300])))
        running.start()
        running.join(2)
        assert running.is_alive()
        assert reader.rows(COUNT) == reader.beside().rows(COUNT) == [(200, 0)]
        with open_warehouse(shop) as second:  # a later reader is not kept waiting for that
            assert second.rows(COUNT) == [(200, 0)]
    running.join(120)
    with open_warehouse(shop) as reader:
        assert reader.rows(COUNT) == [(300, 200)]


def test_what_only_adds_does_not_wait(shop: Shop, tmp_path: Path) -> None:
    with open_warehouse(shop) as reader:
        assert ingest_live(shop, Lines.of(ROWS[200:300])).accepted == 100
        assert ingest(shop, [str(write_log(tmp_path / "b.csv", some_rows(100, seed=1)))]).accepted == 100
        assert reader.rows(COUNT) == [(200, 0)]


def test_one_who_reads_for_too_long_is_named_and_nothing_is_lost(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "PATIENCE", 0.3)
    with open_warehouse(shop) as reader:
        with pytest.raises(
            WillbuyError, match=r"another command reads the log .* Run the same command again"
        ):
            ingest_live(shop, Lines.of(ROWS[100:300]))
        assert reader.rows(COUNT) == [(200, 0)]
    assert ingest_live(shop, Lines.of(ROWS[100:300])).accepted == 200


def test_a_training_leaves_its_snapshots_while_an_ingest_waits_for_it(shop: Shop, tmp_path: Path) -> None:
    """What is held while readers are waited for stands in no reader's way; with the log made anew, their keys mean nothing."""
    changed = shop.model_copy(
        update={
            "source": shop.source.model_copy(update={"kinds": {"view": ["view"], "other": ["cart", "buy"]}})
        }
    )
    path = write_log(tmp_path / "b.csv", some_rows(100, seed=1))
    with open_warehouse(shop) as reader:
        running = threading.Thread(target=ingest, args=(changed, [str(path)]))
        running.start()
        running.join(2)
        with reader.gold():
            sql = "SELECT entity_key, TIMESTAMP '2024-03-02' AS anchor, CAST(0 AS smallint) AS label FROM entities"
            reader.snapshots_to_parquet(sql, tmp_path / "snapshots.parquet")
        [(snapshots,)] = reader.rows(f"SELECT COUNT(*) FROM {VIEW}")
        assert snapshots > 0 and running.is_alive()
    running.join(120)
    with open_warehouse(changed) as reader:
        assert reader.rows(f"SELECT COUNT(*) FROM {VIEW}") == [(0,)]


def test_who_was_erased_meanwhile_is_in_no_snapshot(shop: Shop, tmp_path: Path) -> None:
    from datetime import datetime

    from willbuy.privacy.erase import erase

    with open_warehouse(shop) as reader, reader.gold():
        sql = (
            "SELECT entity_key, TIMESTAMP '2024-03-02' AS anchor, CAST(0 AS smallint) AS label FROM entities"
        )
        reader.snapshots_to_parquet(sql, tmp_path / "snapshots.parquet")
        erase(shop, "u1", datetime(2026, 1, 1), "tests")
    with open_warehouse(shop) as reader:
        unknown = "SELECT COUNT(*) FROM snapshots WHERE entity_key NOT IN (SELECT entity_key FROM entities)"
        assert reader.rows(unknown) == [(0,)]
        assert reader.rows("SELECT COUNT(*) > 10 FROM snapshots") == [(True,)]
