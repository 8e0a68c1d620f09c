"""The real logs, as published: every row accounted for, through the presets alone."""

from pathlib import Path

import pytest

from willbuy.events.ingest import IngestResult, ingest
from willbuy.shop import Shop
from willbuy.warehouse import open_warehouse


def read(log: Path, preset: str, folder: Path) -> tuple[Shop, IngestResult]:
    content = {
        "source": {"preset": preset, "files": [str(log)]},
        "target": {"within": "7d"},
        "folder": folder,
    }
    shop = Shop.model_validate(content)
    result = ingest(shop)
    assert result.read == result.accepted + result.rejected + result.duplicates
    return shop, result


def kinds(shop: Shop) -> dict[tuple[str, str], int]:
    with open_warehouse(shop) as warehouse:
        found = warehouse.rows("SELECT kind, kind_name, count(*) FROM events GROUP BY ALL ORDER BY ALL")
        assert warehouse.rows("SELECT count(*), count(DISTINCT line) FROM events_raw")[0][0] == sum(
            row[0]
            for row in warehouse.rows("SELECT count(*) FROM events UNION ALL SELECT count(*) FROM rejected")
        )
    return {(kind, name): rows for kind, name, rows in found}


def test_rees46(shared_data: Path, tmp_path: Path) -> None:
    shop, result = read(shared_data / "rees46_sample" / "2019-Oct.csv", "rees46", tmp_path)
    assert (result.read, result.accepted, result.rejected) == (17_434, 17_434, 0)
    assert kinds(shop) == {("view", "view"): 17_055, ("cart", "cart"): 165, ("purchase", "purchase"): 214}
    with open_warehouse(shop) as warehouse:
        assert warehouse.rows("SELECT count(DISTINCT session) FROM events") == [(5_066,)]
        first = warehouse.rows(
            "SELECT entity, time::VARCHAR, price, category, session FROM events JOIN entities USING (entity_key) WHERE line = 2"
        )
    assert first == [
        (
            "541312140",
            "2019-10-01 00:00:00",
            3579,
            "2103807459595387724",
            "72d76fde-8bb3-4e00-8c23-a032dfed738c",
        )
    ]


def test_taobao(shared_data: Path, tmp_path: Path) -> None:
    shop, result = read(shared_data / "taobao_sample" / "UserBehavior.csv", "taobao", tmp_path)
    assert (result.read, result.accepted, result.entities) == (84_252, 84_252, 814)
    assert kinds(shop) == {
        ("view", "pv"): 75_658, ("cart", "cart"): 4_494, ("favourite", "fav"): 2_351, ("purchase", "buy"): 1_749,
    }  # fmt: skip
    assert str(result.first) == "2017-11-24 16:00:17"


def test_online_retail(shared_data: Path, tmp_path: Path) -> None:
    shop, result = read(shared_data / "online_retail" / "online_retail.parquet", "online_retail", tmp_path)
    assert result.read == 541_909
    assert result.rejected_by_rule == {"entity_missing": 135_080}
    assert (result.accepted, result.duplicates, result.entities) == (406_829, 0, 4_372)
    found = kinds(shop)
    assert found["other", "cancellation"] == 8_905
    assert sum(found.values()) == 406_829
    with open_warehouse(shop) as warehouse:
        cancelled = "SELECT count(*), max(quantity) < 0 FROM events WHERE kind_name = 'cancellation'"
        assert warehouse.rows(cancelled) == [(8_905, True)]
        total = "SELECT sum(price * quantity) / 1000.0 FROM events WHERE kind = 'purchase'"
        assert warehouse.rows(total)[0][0] == pytest.approx(8_911_407.904, abs=0.001)
        assert warehouse.rows("SELECT count(*) FROM entities WHERE entity LIKE '%.0'") == [(0,)]
