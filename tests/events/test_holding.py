"""Held sources: read now, merged later at once; the same log as of one ingest, and nothing lost meanwhile."""

from datetime import datetime
from pathlib import Path

import pytest

from events.shops import shop_at, some_rows, tables, write_log
from willbuy.errors import ShopError, SourceError, WillbuyError
from willbuy.events.ingest import ingest
from willbuy.privacy.erase import erase
from willbuy.shop import Shop
from willbuy.warehouse import open_warehouse
from willbuy.warehouse.duckdb import DuckDBWarehouse
from willbuy.warehouse.fingerprint import fingerprint
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import Ledger

PARTS = [some_rows(700, seed=seed) for seed in (1, 2, 3)]


def in_parts(folder: Path) -> Shop:
    """A shop whose parts are held one by one, all under one name, each gone once it was read."""
    folder.mkdir()
    shop = shop_at(folder, files=["part.csv"])
    for rows in PARTS:
        path = write_log(folder / "part.csv", rows)
        result = ingest(shop, hold=True)
        assert (result.read, result.held, result.accepted) == (700, 700, 0)
        path.unlink()
    return shop


def at_once(folder: Path) -> Shop:
    folder.mkdir()
    names = [write_log(folder / f"{number}.csv", rows).name for number, rows in enumerate(PARTS)]
    shop = shop_at(folder, files=names)
    ingest(shop)
    return shop


def print_of(shop: Shop) -> dict[str, object]:
    with open_warehouse(shop) as warehouse:
        return fingerprint(warehouse)


def test_parts_that_were_held_make_the_log_of_one_ingest(tmp_path: Path) -> None:
    shop, other = in_parts(tmp_path / "parts"), at_once(tmp_path / "whole")
    result = ingest(shop)
    assert (result.read, result.held) == (2100, 0)
    assert result.accepted + result.duplicates == 2100
    assert tables(shop) == tables(other)
    assert print_of(shop) == print_of(other)
    assert ingest(shop, [str(other.folder / "0.csv")]).duplicates == 700  # they are part of the log now


def test_readers_see_nothing_of_what_is_held(tmp_path: Path) -> None:
    shop = in_parts(tmp_path / "shop")
    later = write_log(shop.folder / "part.csv", PARTS[0])
    assert ingest(shop, hold=True).files[0].skipped  # that very file was held before
    with pytest.raises(WillbuyError, match=r"no ingest .* was finished"):
        open_warehouse(shop)
    assert ingest(shop).read == 2100
    later.unlink()
    with pytest.raises(SourceError, match="no file"):
        ingest(shop)  # nothing is held any more


def test_a_changed_declaration_types_held_rows_again(tmp_path: Path) -> None:
    shop = in_parts(tmp_path / "shop")
    changed = shop.model_copy(
        update={
            "source": shop.source.model_copy(
                update={"kinds": {**shop.source.kinds, "cart": ["buy"], "purchase": ["cart"]}}
            )
        }
    )
    ingest(changed)
    plain = at_once(tmp_path / "whole")
    count = "SELECT kind, count(*) FROM events GROUP BY kind ORDER BY kind"
    with open_warehouse(changed) as one, open_warehouse(plain) as other:
        found, known = dict(one.rows(count)), dict(other.rows(count))
    assert (found["cart"], found["purchase"]) == (known["purchase"], known["cart"])


def test_held_rows_are_not_read_in_another_way(tmp_path: Path) -> None:
    shop = in_parts(tmp_path / "shop")
    other = shop.model_copy(update={"source": shop.source.model_copy(update={"delimiter": ";"})})
    with pytest.raises(ShopError, match="read with another format"):
        ingest(other)


def test_an_erased_visitor_is_erased_from_what_is_held(tmp_path: Path) -> None:
    shop = in_parts(tmp_path / "shop")
    erase(shop, "u7", datetime(2024, 5, 1), "test")
    with DuckDBWarehouse(None) as desk:
        files = sorted(Layout(shop.home).bronze(1).parent.rglob("*.parquet"))
        assert desk.rows(f"SELECT count(*) FROM {desk.parquet(files)} WHERE raw LIKE 'u7,%'") == [(0,)]
    with Ledger(Layout(shop.home).ledger) as ledger:
        assert [row.status for row in ledger.sources()] == ["held"] * 3
    result = ingest(shop)
    gone = sum(row.startswith("u7,") for rows in PARTS for row in rows)
    assert gone > 0
    assert result.rejected_by_rule == {"erased": gone}
    with open_warehouse(shop) as warehouse:
        assert warehouse.rows("SELECT count(*) FROM entities WHERE entity = 'u7'") == [(0,)]
        assert warehouse.rows("SELECT count(*) FROM entities WHERE entity = 'u8'") == [(1,)]
