"""What `train` says of the run in service, and what a command says of a database that it cannot open."""

import sqlite3
from pathlib import Path

import pytest

from willbuy.commands.of_sqlite import of_the_disk
from willbuy.commands.still_served import still_served
from willbuy.registry.pointer import Pointer, write_pointer
from willbuy.shop import Shop


def shop_in(folder: Path) -> Shop:
    source = {"columns": {"entity": "v", "time": "t"}, "kind": "view"}
    return Shop.model_validate(
        {"source": source, "target": {"kind": "purchase", "within": "7d"}, "folder": folder}
    )


def test_a_newer_run_is_told_of_with_the_way_into_service(tmp_path: Path) -> None:
    shop = shop_in(tmp_path)
    assert still_served(shop, "0001", "", log=True) is None
    write_pointer(shop.home, Pointer("0001", "ab" * 32, 1, "2026-01-02T00:00:00", None))
    assert still_served(shop, "0001", "", log=True) is None
    said = "Run 0001 stays in service. To serve this one: "
    assert still_served(shop, "0002", "", log=True) == said + "willbuy parity, willbuy promote 0002"
    table = still_served(shop, "0002", " --shop a.toml", log=False)
    assert table == said + "willbuy promote 0002 --shop a.toml"


def test_a_damaged_pointer_does_not_fail_a_training(tmp_path: Path) -> None:
    shop = shop_in(tmp_path)
    (shop.home / "registry").mkdir(parents=True)
    (shop.home / "registry" / "champion.json").write_text("{", encoding="utf-8")
    assert still_served(shop, "0002", "", log=True) is None


def test_only_faults_of_the_disk_are_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect(tmp_path / "nowhere" / "a.sqlite")
    assert "unable to open database file" in str(of_the_disk(caught.value))
    with sqlite3.connect(":memory:") as memory, pytest.raises(sqlite3.OperationalError) as ours:
        memory.execute("SELECT a FROM b")
    assert of_the_disk(ours.value) is None
