"""Reading a log into bronze and silver: what is kept, what is said, what changes when the shop file does."""

import gzip
import io
from pathlib import Path

import pytest
from rich.console import Console

from events.shops import HEADER, SOURCE, events, shop_at, some_rows, tables, write_log
from willbuy.errors import ShopError, SourceError, WillbuyError
from willbuy.events.ingest import ingest, render
from willbuy.events.rules import RULES
from willbuy.features.log import summarise
from willbuy.shop import Shop
from willbuy.warehouse import open_warehouse
from willbuy.warehouse.duckdb import DuckDBWarehouse
from willbuy.warehouse.layout import BUCKETS

ROW = "u1,2024-03-01 10:00:00,view,a,1.50,1"


def test_bronze_keeps_every_line_and_rejected_says_why(tmp_path: Path) -> None:
    lines = [ROW, "", "broken", ROW.replace("view", "look"), ROW.replace("1.50", "free"), ROW]
    write_log(tmp_path / "a.csv", lines)
    shop = shop_at(tmp_path, files=["a.csv"])
    result = ingest(shop)
    assert (result.read, result.accepted, result.rejected) == (5, 2, 3)
    with open_warehouse(shop) as warehouse:
        raw = warehouse.rows("SELECT line, raw FROM events_raw ORDER BY line")
        assert raw == [(number, line) for number, line in enumerate(lines, 2) if line]
        assert warehouse.rows("SELECT line, rule, field, value FROM rejected ORDER BY line") == [
            (4, "columns", "row", "broken"),
            (5, "kind_unknown", "kind", "look"),
            (6, "price_not_a_number", "price", "free"),
        ]
        assert warehouse.rows("SELECT source, path, read, accepted, rejected, duplicates FROM sources") == [
            (1, str((tmp_path / "a.csv").resolve()), 5, 2, 3, 0)
        ]


def test_silver_is_split_by_entity_and_sorted_by_time(tmp_path: Path) -> None:
    write_log(tmp_path / "a.csv", some_rows(2000, people=500)[::-1])
    shop = shop_at(tmp_path, files=["a.csv"])
    ingest(shop)
    with open_warehouse(shop) as warehouse:
        files = sorted((shop.home / "silver").rglob("events/bucket=*.parquet"))
        assert len(files) == BUCKETS
        for bucket, path in enumerate(files):
            rows = warehouse.rows(f"SELECT entity_key, time FROM read_parquet('{path}')")
            assert {key % BUCKETS for key, _ in rows} == {bucket}
            assert [time for _, time in rows] == sorted(time for _, time in rows)
        found = warehouse.rows("SELECT typeof(COLUMNS(*)) FROM events LIMIT 1")[0]
    assert found == (
        "BIGINT", "TIMESTAMP", "VARCHAR", "BIGINT", "VARCHAR", "BIGINT", "BIGINT", "VARCHAR", "VARCHAR", "TIMESTAMP",
        "VARCHAR", "INTEGER", "BIGINT", "BOOLEAN",
    )  # fmt: skip


def not_told_apart(shop: Shop) -> list[object]:
    """Entities of which silver says anything else about being alone than their number of events does."""
    with open_warehouse(shop) as warehouse:
        return warehouse.rows(
            "SELECT entity_key, count(*), list(alone) FROM events GROUP BY entity_key "
            "HAVING count(*) <> count(alone) OR bool_and(alone) <> (count(*) = 1) OR bool_or(alone) <> (count(*) = 1)"
        )


def test_silver_knows_who_has_a_single_event(tmp_path: Path) -> None:
    rows = some_rows(400, people=300)
    write_log(tmp_path / "a.csv", rows[:150])
    shop = shop_at(tmp_path, files=["a.csv"])
    ingest(shop)
    with open_warehouse(shop) as warehouse:
        before = {key for (key,) in warehouse.rows("SELECT entity_key FROM events WHERE alone")}
    assert len(before) > 30
    assert not not_told_apart(shop)
    write_log(
        tmp_path / "b.csv", rows[100:300]
    )  # 50 rows come twice: whoever has but one of them stays alone
    ingest(shop, [str(tmp_path / "b.csv")])
    assert not not_told_apart(shop)
    with open_warehouse(shop) as warehouse:
        after = {key for (key,) in warehouse.rows("SELECT entity_key FROM events WHERE alone")}
    assert before & after
    assert before - after
    together = shop_at(tmp_path / "together", files=[str(tmp_path / "a.csv"), str(tmp_path / "b.csv")])
    ingest(together)
    assert not not_told_apart(together)
    assert events(together) == events(shop)


def test_silver_of_an_older_layout_is_read_and_then_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = some_rows(300, people=200)
    write_log(tmp_path / "a.csv", rows[:200])
    shop = shop_at(tmp_path, files=["a.csv"])
    with monkeypatch.context() as older:
        older.setattr("willbuy.events.settings.TYPING", 1)
        ingest(shop)
    for path in (shop.home / "silver").rglob("events/*.parquet"):
        with DuckDBWarehouse(None) as engine:
            engine.execute(f"CREATE TABLE old AS SELECT * EXCLUDE (alone) FROM '{path}'")
            engine.execute(f"COPY old TO '{path}' (FORMAT parquet)")
    with open_warehouse(shop) as warehouse:
        assert warehouse.rows("SELECT count(*), count(alone) FROM events") == [(200, 0)]
        assert summarise(warehouse).alone == 0
    write_log(tmp_path / "b.csv", rows[200:])
    ingest(shop, [str(tmp_path / "b.csv")])
    assert not not_told_apart(shop)
    fresh = shop_at(tmp_path / "fresh", files=[str(tmp_path / "a.csv"), str(tmp_path / "b.csv")])
    ingest(fresh)
    assert events(shop) == events(fresh)


def test_every_form_of_one_log_gives_the_same_events(tmp_path: Path) -> None:
    rows = some_rows(300)
    write_log(tmp_path / "plain.csv", rows)
    with gzip.open(tmp_path / "packed.csv.gz", "wt", encoding="utf-8") as file:
        file.write((tmp_path / "plain.csv").read_text())
    write_log(tmp_path / "tabs.tsv", [row.replace(",", "\t") for row in rows], HEADER.replace(",", "\t"))
    pictures = []
    for name, more in (("plain.csv", {}), ("packed.csv.gz", {}), ("tabs.tsv", {"delimiter": "\t"})):
        shop = shop_at(tmp_path / name.split(".")[0], files=[str(tmp_path / name)], **more)
        ingest(shop)
        pictures.append(events(shop))
    with open_warehouse(shop_at(tmp_path / "plain")) as warehouse:
        select = "SELECT split_part(raw, ',', {}) AS {}"
        names = HEADER.split(",")
        columns = ", ".join(
            select.format(at, f'"{name}"').removeprefix("SELECT ") for at, name in enumerate(names, 1)
        )
        for form in ("parquet", "json"):
            target = tmp_path / ("log.parquet" if form == "parquet" else "log.jsonl")
            warehouse.execute(f"COPY (SELECT {columns} FROM events_raw) TO '{target}' (FORMAT {form})")
    for name in ("log.parquet", "log.jsonl"):
        shop = shop_at(tmp_path / name.replace(".", "-"), files=[str(tmp_path / name)])
        ingest(shop)
        pictures.append(events(shop))
    assert all(picture == pictures[0] for picture in pictures)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/St_Johns", "Asia/Kolkata", "UTC"])
def test_the_zone_of_the_machine_changes_nothing(
    zone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        rows = [ROW, ROW.replace("10:00:00", "10:00:00+05:30"), ROW.replace("10:00:00", "10:00:00Z")]
        write_log(tmp_path / "a.csv", rows)
        shop = shop_at(tmp_path, files=["a.csv"], time={"unit": "text", "zone": "Europe/Berlin"})
        ingest(shop)
        moments = [str(row[1]) for row in events(shop)]
    finally:
        monkeypatch.undo()
        time.tzset()
    assert moments == ["2024-03-01 04:30:00", "2024-03-01 09:00:00", "2024-03-01 10:00:00"]


def test_another_mapping_makes_silver_anew_from_bronze(tmp_path: Path) -> None:
    rows = [*some_rows(200), ROW.replace("view", "look"), ROW.replace("1.50", "1.505")]
    write_log(tmp_path / "a.csv", rows[:120])
    write_log(tmp_path / "b.csv", rows[100:])
    ingest(shop_at(tmp_path, files=["a.csv"]))
    ingest(shop_at(tmp_path, files=["b.csv"]))
    (tmp_path / "a.csv").rename(tmp_path / "gone.csv")  # bronze is enough
    changed = {
        "kinds": {"view": ["view", "look"], "purchase": ["buy"], "other": ["cart"]},
        "currency_digits": 3,
    }
    result = ingest(shop_at(tmp_path, files=["b.csv"], **changed))
    assert result.files[0].skipped
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    write_log(fresh / "a.csv", rows[:120])
    write_log(fresh / "b.csv", rows[100:])
    anew = shop_at(fresh, files=["a.csv", "b.csv"], **changed)
    ingest(anew)
    assert tables(shop_at(tmp_path, **changed)) == tables(anew)
    with open_warehouse(anew) as warehouse:
        assert warehouse.rows("SELECT count(*) FROM rejected") == [(0,)]


def test_a_change_of_the_reading_asks_for_the_files(tmp_path: Path) -> None:
    write_log(tmp_path / "a.csv", [ROW])
    ingest(shop_at(tmp_path, files=["a.csv"]))
    with pytest.raises(ShopError, match="ingest anew"):
        ingest(shop_at(tmp_path, files=["a.csv"], encoding="latin-1"))
    columns = {**SOURCE["columns"], "session": "visit"}
    with pytest.raises(ShopError, match="no column 'visit'"):
        ingest(shop_at(tmp_path, files=["a.csv"], columns=columns))


def test_readers_of_the_last_generation_are_not_disturbed(tmp_path: Path) -> None:
    rows = some_rows(300)
    shop = shop_at(tmp_path, files=["a.csv"])
    write_log(tmp_path / "a.csv", rows[:100])
    ingest(shop)
    with open_warehouse(shop) as before:
        write_log(tmp_path / "b.csv", rows[100:])
        ingest(shop, [str(tmp_path / "b.csv")])
        assert before.rows("SELECT count(*) FROM events") == [(100,)]
        with open_warehouse(shop) as after:
            assert after.rows("SELECT count(*) FROM events") == [(300,)]
    write_log(tmp_path / "c.csv", [ROW])
    ingest(shop, [str(tmp_path / "c.csv")])
    assert not (shop.home / "silver" / "generation-00001" / "events").exists() or not list(
        (shop.home / "silver" / "generation-00001" / "events").glob("*.parquet")
    )


def test_one_refused_file_refuses_the_ingest_and_the_rest_is_not_read_again(tmp_path: Path) -> None:
    write_log(tmp_path / "a.csv", some_rows(100))
    (tmp_path / "b.csv").write_bytes(b"")
    shop = shop_at(tmp_path, files=["?.csv"])
    with pytest.raises(SourceError, match="is empty"):
        ingest(shop)
    with pytest.raises(WillbuyError, match="willbuy ingest"):
        open_warehouse(shop)
    bronze = next(shop.home.rglob("bronze/**/*.parquet"))
    made = bronze.stat().st_mtime_ns
    (tmp_path / "b.csv").unlink()
    assert ingest(shop).accepted == 100
    assert bronze.stat().st_mtime_ns == made


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (["nowhere.csv"], "no file 'nowhere.csv'"),
        (["*.parquet"], "no file"),
        ([], "source.files is empty"),
        (["."], "is a folder"),
    ],
)
def test_files_that_are_not_there(files: list[str], words: str, tmp_path: Path) -> None:
    with pytest.raises(WillbuyError, match=words):
        ingest(shop_at(tmp_path, files=files))


def test_a_log_without_rows_has_tables_without_rows(tmp_path: Path) -> None:
    write_log(tmp_path / "a.csv", [])
    shop = shop_at(tmp_path, files=["a.csv"])
    result = ingest(shop)
    assert (result.read, result.entities, result.first, result.last) == (0, 0, None, None)
    assert events(shop) == []
    write_log(tmp_path / "b.csv", [ROW])
    assert ingest(shop, [str(tmp_path / "b.csv")]).accepted == 1
    assert len(events(shop)) == 1


def test_progress_and_account(tmp_path: Path) -> None:
    told: list[tuple[int, int | None, str]] = []
    write_log(tmp_path / "a.csv", [*some_rows(100), "broken"])
    result = ingest(shop_at(tmp_path, files=["a.csv"]), progress=lambda *what: told.append(what))
    assert {stage for _, _, stage in told} == {"reading", "merging"}
    assert all(total is None or done <= total for done, total, _ in told)
    assert told[-1][:2] == (101, 101)
    page = io.StringIO()
    Console(file=page, width=120).print(render(result))
    assert "101" in page.getvalue()
    assert "rejected 1: columns: the line has another number of fields than the header" in page.getvalue()
    content = result.to_json()
    assert {"read", "accepted", "rejected", "duplicates", "entities", "first", "last", "seconds"} <= set(
        content
    )
    assert (content["first"], content["read"]) == ("2024-03-01T00:00:34", 101)


def test_columns_by_blanks_without_a_header(tmp_path: Path) -> None:
    """CDNOW_master.txt: customer, day, CDs, amount; columns by runs of blanks."""
    lines = [
        " 00001 19970101  1   11.77",
        " 00002 19970112  1   12.00",
        " 00002 19970112  5   77.00",
        "00003 19971332 1 1.00",
    ]
    (tmp_path / "CDNOW_master.txt").write_text("".join(f"{line}\r\n" for line in lines))
    source = {"preset": "cdnow", "delimiter": "spaces", "files": ["CDNOW_master.txt"]}
    shop = Shop.model_validate({"source": source, "target": {"within": "30d"}, "folder": tmp_path})
    result = ingest(shop)
    assert (result.accepted, result.rejected_by_rule) == (3, {"time_unreadable": 1})
    assert [(str(row[0]), f"{row[1]:%Y-%m-%d}", row[5]) for row in events(shop)] == [
        ("00001", "1997-01-01", 1177),
        ("00002", "1997-01-12", 1200),
        ("00002", "1997-01-12", 7700),
    ]


def test_the_page_lists_every_rule(root: Path) -> None:
    page = (root / "docs" / "ingest.md").read_text(encoding="utf-8")
    shown = [line for line in page.splitlines() if line.startswith("| `") and line.count("|") == 3]
    listed = [line for line in shown if not line.startswith(("| `events", "| `rejected`"))]
    assert listed == [f"| `{rule.name}` | {rule.says} |" for rule in RULES]
