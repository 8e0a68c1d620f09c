"""Scoring a file of a table: file to file, every row accounted for, every odd file with a declared outcome."""

import csv
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from made_up_table import HEAD, lines, table_shop, write_table
from willbuy.errors import InputError, NotEnoughData, ShopError, SourceError, WillbuyError
from willbuy.models.bundle import load_bundle
from willbuy.pipeline import train
from willbuy.reporting import write_run_report
from willbuy.runs import BUNDLE, complete_run
from willbuy.scoring import chunk as chunk_file
from willbuy.scoring import predict, score_shop, table_rows
from willbuy.shop import TableShop, load_any

NEW = lines(400, seed=9)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> TableShop:
    """A trained table."""
    found = table_shop(tmp_path_factory.mktemp("table"), 'id = "session"\nsplit = "holdout"')
    train(found, lambda _: None)
    return found


def scored(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run(shop: TableShop, folder: Path, rows: list[str], head: str = HEAD, **keys: Any) -> Any:
    return score_shop(shop, folder / "s.csv", rows=write_table(folder / "new.csv", rows, head), **keys)


def test_one_row_each_under_the_id_s_own_name(shop: TableShop, tmp_path: Path) -> None:
    found = run(shop, tmp_path, NEW)
    rows = scored(tmp_path / "s.csv")
    assert list(rows[0])[:5] == ["session", "probability", "prediction", "band", "model_version"]
    assert [row["session"] for row in rows] == [line.partition(",")[0] for line in NEW]
    assert found.n == found.read == 400 and not found.rejected and not found.unseen
    assert found.ignored == ["month", "bought"]
    bought = [row.endswith("TRUE") for row in NEW]
    assert sum(float(row["probability"]) for row in rows) == pytest.approx(sum(bought), rel=0.25)
    assert rows[0]["reason_1"]


def test_chunks_change_nothing(shop: TableShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The header once, the rows in their order, the same bytes."""
    big = lines(9000, seed=4)
    run(shop, tmp_path, big)
    whole = (tmp_path / "s.csv").read_bytes()
    monkeypatch.setattr(table_rows, "CHUNK", 2048)
    run(shop, tmp_path, big)
    assert (tmp_path / "s.csv").read_bytes() == whole
    assert whole.count(b"probability") == 1 and chunk_file.CHUNK > 2048


def test_csv_and_parquet_say_the_same(shop: TableShop, tmp_path: Path) -> None:
    source = write_table(tmp_path / "new.csv", NEW)
    rows = tmp_path / "new.parquet"
    duckdb.sql(f"COPY (FROM read_csv('{source}')) TO '{rows}'")
    score_shop(shop, tmp_path / "a.csv", rows=source)
    score_shop(shop, tmp_path / "b.csv", rows=rows)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_a_row_alone_is_scored_as_among_others(shop: TableShop, tmp_path: Path) -> None:
    run(shop, tmp_path, NEW)
    among = scored(tmp_path / "s.csv")[7]
    run(shop, tmp_path, NEW[7:8])
    assert scored(tmp_path / "s.csv") == [among]


def test_the_order_of_the_columns_plays_no_part(shop: TableShop, tmp_path: Path) -> None:
    run(shop, tmp_path, NEW)
    whole = (tmp_path / "s.csv").read_bytes()
    turned = [",".join(reversed(row.split(","))) for row in NEW]
    run(shop, tmp_path, turned, ",".join(reversed(HEAD.split(","))))
    assert (tmp_path / "s.csv").read_bytes() == whole


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (HEAD.replace("visits", "visitz"), r"no column 'visits'.*Did you mean 'visitz'"),
        (HEAD.replace("session,", "sessions,"), r"no column 'session'.*Did you mean 'sessions'"),
        (HEAD.replace("device", "kind_of_machine"), "no column 'device'"),
        (HEAD.replace("member", "visits"), "both called 'visits'"),
    ],
    ids=["renamed", "id renamed", "missing", "twice"],
)
def test_a_column_that_is_missing_or_renamed_refuses_the_file(
    shop: TableShop, tmp_path: Path, head: str, said: str
) -> None:
    with pytest.raises(SourceError, match=said):
        run(shop, tmp_path, NEW, head)
    assert not (tmp_path / "s.csv").exists() and not list(tmp_path.glob(".s.csv*"))


def test_more_columns_are_left_out_and_named(shop: TableShop, tmp_path: Path) -> None:
    found = run(shop, tmp_path, [f"{row},x" for row in NEW], f'{HEAD},"a""; drop table x; --"')
    assert found.n == 400 and 'a"; drop table x; --' in found.ignored
    assert "left out: month, bought" in found.sentence()


def test_rows_that_a_column_cannot_hold_are_refused_one_by_one(shop: TableShop, tmp_path: Path) -> None:
    broken = [*NEW[:3], NEW[3].replace(",", ",many", 1), *NEW[4:], "s1,2", ",1,1,phone,no,Jan,TRUE"]
    found = run(shop, tmp_path, broken)
    assert found.n == 399 and found.read == 402
    assert found.rejected == {"columns": 1, "not_a_number": 1, "id_missing": 1}
    assert found.n + sum(found.rejected.values()) == found.read
    assert "3 of 402 rows were refused and not scored" in found.sentence()
    assert "s00003" not in {row["session"] for row in scored(tmp_path / "s.csv")}
    json.dumps(found.to_json())


def test_a_re_typed_column_refuses_the_file(shop: TableShop, tmp_path: Path) -> None:
    worded = [",".join([row.split(",")[0], "three", *row.split(",")[2:]]) for row in NEW]
    with pytest.raises(
        InputError, match=r"400 of 400 rows were refused.*line 2, visits: 'three'.*Nothing was written"
    ):
        run(shop, tmp_path, worded)
    assert not (tmp_path / "s.csv").exists()


def test_values_never_seen_are_scored_and_counted(shop: TableShop, tmp_path: Path) -> None:
    found = run(shop, tmp_path, [row.replace("tablet", "watch") for row in NEW])
    tablets = sum(",tablet," in row for row in NEW)
    assert found.n == 400 and found.unseen == {"device": tablets}
    assert f"{tablets:,} rows hold a value of device that the model has not seen" in found.sentence()


def test_an_empty_file_says_so(shop: TableShop, tmp_path: Path) -> None:
    with pytest.raises(NotEnoughData, match="nothing to score"):
        run(shop, tmp_path, [])
    with pytest.raises(InputError, match="no file"):
        score_shop(shop, tmp_path / "s.csv", rows=tmp_path / "nowhere.csv")
    with pytest.raises(WillbuyError, match="--input FILE"):
        score_shop(shop, tmp_path / "s.csv")


def test_the_output_has_the_columns_that_are_asked_for(shop: TableShop, tmp_path: Path) -> None:
    """Names as a shop file says; the moment is an argument, or the caller's clock."""
    output = {"who": "id", "buys": "prediction", "chance": "probability", "when": "as_of"}
    named = shop.model_copy(update={"table": shop.table.model_copy(update={"output": output})})
    found = run(named, tmp_path, NEW, as_of="2024-03-01")
    rows = scored(tmp_path / "s.csv")
    assert list(rows[0]) == list(output) and rows[0]["when"] == "2024-03-01T00:00:00Z"
    assert found.as_of == "2024-03-01T00:00:00Z"
    run(named, tmp_path, NEW, now="2024-04-01T12:00:00Z")
    assert scored(tmp_path / "s.csv")[0]["when"] == "2024-04-01T12:00:00Z"
    with pytest.raises(WillbuyError, match="--as-of"):
        run(named, tmp_path, NEW)
    wrong = shop.table.model_copy(update={"output": {"who": "idd"}})
    with pytest.raises(ShopError, match=r"who = 'idd'; expected one of id, .*Did you mean 'id'"):
        run(shop.model_copy(update={"table": wrong}), tmp_path, NEW)


def test_without_ids_the_line_names_the_row(tmp_path: Path) -> None:
    table_shop(tmp_path, 'split = "holdout"')
    shop = load_any(tmp_path / "shop.toml")
    train(shop, lambda _: None)
    score_shop(shop, tmp_path / "s.csv", rows=tmp_path / "rows.csv")
    rows = scored(tmp_path / "s.csv")
    assert [row["row"] for row in rows[:3]] == ["2", "3", "4"] and len(rows) == 600


def test_hostile_names_are_names(tmp_path: Path) -> None:
    """In the id, in a column and in a value: quoted where they meet the engine, escaped where they meet the page."""
    hostile, script = 'a"; drop table texts; --', "<script>alert(1)</script>"
    shop = table_shop(tmp_path, f"id = '{hostile}'\nsplit = 'holdout'")
    columns = {script if name == "device" else name: keys for name, keys in shop.table.columns.items()}
    shop = shop.model_copy(update={"table": shop.table.model_copy(update={"columns": columns})})
    head = HEAD.replace("session", f'"{hostile.replace(chr(34), chr(34) * 2)}"').replace("device", script)
    write_table(tmp_path / "rows.csv", [line.replace("tablet", "'; --") for line in lines()], head)
    result = train(shop, lambda _: None)
    score_shop(shop, tmp_path / "s.csv", rows=tmp_path / "rows.csv")
    assert next(iter(scored(tmp_path / "s.csv")[0])) == hostile
    write_run_report(shop, tmp_path / "report.html", result["run"])
    assert script not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_predict_needs_no_shop_file(shop: TableShop, tmp_path: Path) -> None:
    """The bundle knows how its table is read."""
    run(shop, tmp_path, NEW)
    bundle = load_bundle(complete_run(shop.home) / BUNDLE)
    predict(bundle, tmp_path / "new.csv", tmp_path / "p.csv")
    assert (tmp_path / "p.csv").read_bytes() == (tmp_path / "s.csv").read_bytes()


def test_the_bundle_keeps_what_its_output_is_called(tmp_path: Path) -> None:
    shop = table_shop(
        tmp_path,
        'id = "session"\nsplit = "holdout"\noutput = { who = "id", chance = "probability", at = "as_of" }',
    )
    result = train(shop, lambda _: None)
    bundle = load_bundle(complete_run(shop.home) / BUNDLE, result["bundle"])
    predict(bundle, tmp_path / "rows.csv", tmp_path / "p.csv", now="2024-04-01T12:00:00Z")
    assert list(scored(tmp_path / "p.csv")[0].items())[0::2] == [
        ("who", "s00000"),
        ("at", "2024-04-01T12:00:00Z"),
    ]
    with pytest.raises(WillbuyError, match="say it"):
        predict(bundle, tmp_path / "rows.csv", tmp_path / "p.csv")
