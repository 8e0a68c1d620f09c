"""S4: names and values that try to be SQL stay names and values."""

import csv
import json
from pathlib import Path

import pytest

from events.shops import SOURCE, shop_at
from willbuy.events.ingest import ingest
from willbuy.warehouse import open_warehouse

CORES = (
    "DROP TABLE staged", "DROP VIEW events", "COPY (SELECT 1) TO 'canary.csv'", "ATTACH 'canary.db' AS c",
    "INSTALL httpfs", "LOAD spatial", "SELECT * FROM read_text('shop.json')", "CREATE TABLE canary (a INT)",
    "DELETE FROM arrived", "UPDATE arrived SET price = 0", "INSERT INTO staged VALUES (1)", "SET memory_limit = '1KB'",
    "PRAGMA disable_optimizer", "EXPORT DATABASE 'canary'", "CALL pragma_version()", "UNION SELECT 1", "OR 1 = 1", "LIMIT 0",
    "CHECKPOINT", "DETACH memory",
)  # fmt: skip
FRAMES = (
    "'; {} --",
    '"; {} --',
    "'); {}; --",
    '"); {}; --',
    "') {} /*",
    "]; {} --",
    "}}; {} --",
    "$$; {} --",
    "\\'; {} --",
    "{}",
)
PAYLOADS = [frame.format(core) for frame in FRAMES for core in CORES]


def write(path: Path, header: list[str], rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def test_there_are_enough_payloads() -> None:
    assert len(set(PAYLOADS)) >= 200


def test_values_kinds_and_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    header = ["user", "ts", "what", "item", "price", "qty", *PAYLOADS]
    rows = [[text, "2024-03-01", text, text, "1", "1", *PAYLOADS] for text in PAYLOADS]
    write(tmp_path / "it's; DROP TABLE x; --.csv", header, rows)
    shop = shop_at(tmp_path, files=["it's*.csv"], kinds={"view": PAYLOADS})
    result = ingest(shop)
    assert (result.read, result.accepted) == (len(PAYLOADS), len(PAYLOADS))
    with open_warehouse(shop) as warehouse:
        for sql in ("SELECT entity FROM entities", "SELECT item FROM items", "SELECT kind_name FROM events"):
            assert sorted(text for (text,) in warehouse.rows(sql)) == sorted(PAYLOADS)
        assert warehouse.rows("SELECT count(*) FROM events_raw") == [(len(PAYLOADS),)]
    assert [path.name for path in tmp_path.iterdir() if "canary" in path.name] == []


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_mapped_column(frame: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = frame.format(CORES[0])
    columns = {**SOURCE["columns"], "item": name, "session": name + "/~"}
    if kind == "csv":
        header = ["user", "ts", "what", name, name + "/~", "price", "qty"]
        write(tmp_path / "log.csv", header, [["u", "2024-03-01", "view", "a", "s", "1", "1"]])
    else:
        row = {
            "user": "u",
            "ts": "2024-03-01",
            "what": "view",
            name: "a",
            name + "/~": "s",
            "price": 1,
            "qty": 1,
        }
        (tmp_path / "log.jsonl").write_text(json.dumps(row) + "\n")
    shop = shop_at(tmp_path, files=[f"log.{kind}"], columns=columns, drop_suffix={"entity": name})
    assert ingest(shop).accepted == 1
    with open_warehouse(shop) as warehouse:
        assert warehouse.rows("SELECT item, session FROM events JOIN items USING (item_key)") == [("a", "s")]
