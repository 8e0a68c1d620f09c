"""The same event twice: in one file, in two files, in a file that grew, under another name, with an id or without."""

import random
from pathlib import Path

import pytest

from events.shops import HEADER, SOURCE, events, shop_at, some_rows, write_log
from willbuy.events.ingest import IngestResult, ingest
from willbuy.warehouse import open_warehouse

ROW = "u1,2024-03-01 10:00:00,view,a,1.50,1"
OTHER = "u1,2024-03-01 10:00:00,view,b,1.50,1"


def counts(result: IngestResult) -> tuple[int, int, int, int]:
    assert result.read == result.accepted + result.rejected + result.duplicates
    return result.read, result.accepted, result.rejected, result.duplicates


def test_equal_rows_of_one_file_are_two_events(tmp_path: Path) -> None:
    write_log(tmp_path / "a.csv", [ROW, ROW, OTHER])
    shop = shop_at(tmp_path, files=["a.csv"])
    assert counts(ingest(shop)) == (3, 3, 0, 0)


def test_the_same_rows_in_a_second_file_are_the_same_events(tmp_path: Path) -> None:
    write_log(tmp_path / "a.csv", [ROW, ROW, OTHER])
    write_log(tmp_path / "b.csv", [ROW, OTHER, ROW, ROW, "u2,2024-03-01 10:00:00,view,a,1.50,1"])
    shop = shop_at(tmp_path, files=["*.csv"])
    assert counts(ingest(shop)) == (
        8,
        5,
        0,
        3,
    )  # the third ROW of b.csv is an event of its own, and so is u2's
    assert [account.duplicates for account in ingest(shop).files] == [0, 0]
    assert len(events(shop)) == 5


@pytest.mark.parametrize("together", [True, False])
def test_overlapping_files_in_any_order(tmp_path: Path, together: bool) -> None:
    rows = some_rows(300)
    files = {"a.csv": rows[:150], "b.csv": rows[100:250], "c.csv": rows[200:]}
    pictures = []
    for order in (["a.csv", "b.csv", "c.csv"], ["c.csv", "a.csv", "b.csv"]):
        folder = tmp_path / "".join(order)
        folder.mkdir()
        for name, part in files.items():
            write_log(folder / name, part)
        shop = shop_at(folder, files=order)
        results = [ingest(shop)] if together else [ingest(shop, [str(folder / name)]) for name in order]
        assert sum(result.read for result in results) == 400
        assert sum(result.accepted for result in results) == 300
        assert sum(result.duplicates for result in results) == 100
        for result in results:
            counts(result)
        pictures.append(events(shop))
    assert pictures[0] == pictures[1]


def test_a_finished_ingest_adds_nothing_again(tmp_path: Path) -> None:
    write_log(tmp_path / "a.csv", some_rows(100))
    shop = shop_at(tmp_path, files=["a.csv"])
    first = ingest(shop)
    before = events(shop)
    again = ingest(shop)
    assert counts(again) == (0, 0, 0, 0)
    assert again.files[0].skipped
    assert (again.entities, again.first, again.last) == (first.entities, first.first, first.last)
    assert events(shop) == before


def test_the_same_content_under_another_name(tmp_path: Path) -> None:
    write_log(tmp_path / "a.csv", [*some_rows(100), "broken"])
    write_log(tmp_path / "copy.csv", [*some_rows(100), "broken"])
    shop = shop_at(tmp_path, files=["a.csv"])
    ingest(shop)
    before = events(shop)
    assert counts(ingest(shop, [str(tmp_path / "copy.csv")])) == (101, 0, 1, 100)
    assert events(shop) == before


def test_a_file_that_grew(tmp_path: Path) -> None:
    rows = some_rows(200)
    shop = shop_at(tmp_path, files=["a.csv"])
    write_log(tmp_path / "a.csv", rows[:120])
    ingest(shop)
    write_log(tmp_path / "a.csv", rows)
    assert counts(ingest(shop)) == (200, 80, 0, 120)
    whole = shop_at(tmp_path / "whole", files=[str(tmp_path / "a.csv")])
    ingest(whole)
    assert events(shop) == events(whole)


def test_event_ids_decide_where_there_are_any(tmp_path: Path) -> None:
    columns = {**SOURCE["columns"], "event_id": "id"}
    header = HEADER + ",id"
    write_log(tmp_path / "a.csv", [f"{ROW},1", f"{ROW},2", f"{ROW},1", f"{OTHER},2", f"{ROW},"], header)
    write_log(
        tmp_path / "b.csv",
        [f"{ROW},2", f"{OTHER},1", f"{ROW},", f"{ROW},", f"{ROW.replace('u1', 'u2')},1"],
        header,
    )
    shop = shop_at(tmp_path, files=["a.csv"], columns=columns)
    assert counts(ingest(shop)) == (5, 3, 1, 1)
    second = ingest(shop, [str(tmp_path / "b.csv")])
    assert counts(second) == (5, 2, 1, 2)
    assert second.rejected_by_rule == {"event_id_conflict": 1}
    with open_warehouse(shop) as warehouse:
        conflicts = warehouse.rows("SELECT source, line, rule, field, value, raw FROM rejected ORDER BY ALL")
    assert conflicts == [
        (1, 5, "event_id_conflict", "event_id", "2", f"{OTHER},2"),
        (2, 3, "event_id_conflict", "event_id", "1", f"{OTHER},1"),
    ]


def test_the_order_of_arrival_changes_nothing(tmp_path: Path) -> None:
    """B4: twenty permutations of the rows, 5 % of them twice in another file, 10 % late, give the same events."""
    header, columns = HEADER + ",seen", {**SOURCE["columns"], "received": "seen"}
    chance = random.Random(4)
    rows = []
    for number, row in enumerate(some_rows(200)):
        moment = row.split(",")[1]
        rows.append(
            f"{row},{moment[:8]}{int(moment[8:10]) + (3 if number % 10 == 0 else 0):02d}{moment[10:]}"
        )
    pictures = set()
    for number in range(20):
        folder = tmp_path / str(number)
        folder.mkdir()
        chance.shuffle(rows)
        cut = chance.randrange(50, 150)
        write_log(folder / "a.csv", rows[:cut], header)
        write_log(folder / "b.csv", rows[cut:] + chance.sample(rows[:cut], 10), header)
        shop = shop_at(folder, files=["a.csv", "b.csv"], columns=columns)
        assert counts(ingest(shop)) == (210, 200, 0, 10)
        pictures.add(repr(events(shop)))
    assert len(pictures) == 1


def test_keys_do_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    rows = some_rows(200)
    keys = []
    for name, order in (("a", rows), ("b", rows[::-1])):
        write_log(tmp_path / f"{name}.csv", order)
        shop = shop_at(tmp_path / name, files=[str(tmp_path / f"{name}.csv")])
        ingest(shop)
        with open_warehouse(shop) as warehouse:
            keys.append(
                warehouse.rows("FROM entities ORDER BY ALL") + warehouse.rows("FROM items ORDER BY ALL")
            )
    assert keys[0] == keys[1]


def test_keys_of_known_ids_stay(tmp_path: Path) -> None:
    shop = shop_at(tmp_path, files=["a.csv"])
    write_log(tmp_path / "a.csv", some_rows(100, people=20))
    ingest(shop)
    with open_warehouse(shop) as warehouse:
        before = warehouse.rows("SELECT entity, entity_key FROM entities") + warehouse.rows(
            "SELECT item, item_key FROM items"
        )
    write_log(tmp_path / "b.csv", [f"a{row},".rstrip(",") for row in some_rows(300, seed=5, people=90)])
    ingest(shop, [str(tmp_path / "b.csv")])
    with open_warehouse(shop) as warehouse:
        after = warehouse.rows("SELECT entity, entity_key FROM entities") + warehouse.rows(
            "SELECT item, item_key FROM items"
        )
        assert warehouse.rows("SELECT count(*) - count(DISTINCT entity_key) FROM entities") == [(0,)]
        assert warehouse.rows("SELECT count(*) - count(DISTINCT item_key) FROM items") == [(0,)]
        assert warehouse.rows("SELECT count(*) FROM events ANTI JOIN entities USING (entity_key)") == [(0,)]
    assert set(before) < set(after)
