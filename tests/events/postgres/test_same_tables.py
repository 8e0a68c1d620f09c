"""Ingest into PostgreSQL gives the tables that DuckDB gives: rows, keys, accounts, refused rows, after every step."""

import json
import random
from pathlib import Path

import pytest

from events.postgres.twins import assert_twins, both, by_postgres, twin
from events.shops import HEADER, shop_at, some_rows, write_log
from willbuy.errors import SourceError
from willbuy.events.ingest import ingest

BROKEN = [
    "",
    "broken",
    "u1,2024-03-01 10:00:00,look,a,1.50,1",
    'u1,"2024-03-01 10:00:00,view,a,1.50,1',
    "u1,never,view,a,,",
]


def test_files_one_after_the_other(tmp_path: Path, postgres_url: str, postgres_schema: str) -> None:
    rows = some_rows(6000, people=700)
    write_log(tmp_path / "a.csv", rows[:3000] + BROKEN)
    write_log(
        tmp_path / "b.csv", rows[2500:4500] + rows[2600:2700]
    )  # half of a, and rows that stand there twice
    write_log(tmp_path / "c.csv", ["new,2024-07-01 10:00:00,view,zz,1.50,1", *rows[4500:], *rows[:10]])
    one, other = shop_at(tmp_path), twin(tmp_path, postgres_url, postgres_schema)
    for name in ("a.csv", "b.csv", "c.csv", "a.csv"):
        both(one, other, name)
        assert_twins(one, postgres_url, postgres_schema)
    assert not list((tmp_path / ".willbuy-postgres" / "postgres").rglob("*.parquet"))


def test_several_files_at_once(tmp_path: Path, postgres_url: str, postgres_schema: str) -> None:
    rows = some_rows(3000, people=2000)
    write_log(tmp_path / "a.csv", rows[:2000])
    write_log(tmp_path / "b.csv", rows[1500:])
    one, other = shop_at(tmp_path), twin(tmp_path, postgres_url, postgres_schema)
    both(one, other, "a.csv", "b.csv")
    assert_twins(one, postgres_url, postgres_schema)


def with_ids(count: int, seed: int) -> list[str]:
    """Rows with event ids: some said twice, some with another content, some without an id."""
    chance = random.Random(seed)
    rows = []
    for number in range(count):
        moment = f"2024-0{chance.randint(1, 3)}-01 10:00:{chance.randint(0, 59):02d}"
        known = chance.choice(["", f"e{chance.randint(0, count // 2)}", f"e{number}"])
        rows.append(
            f"u{chance.randint(0, 40)},{moment},{chance.choice(['view', 'buy'])},i{chance.randint(0, 9)},1.50,,{known}"
        )
    return rows


@pytest.mark.parametrize("seed", [1, 2])
def test_event_ids_and_their_conflicts(
    tmp_path: Path, postgres_url: str, postgres_schema: str, seed: int
) -> None:
    rows = with_ids(1500, seed)
    write_log(tmp_path / "a.csv", rows[:1000], header=HEADER + ",id")
    write_log(tmp_path / "b.csv", rows[700:], header=HEADER + ",id")
    columns = {
        "entity": "user", "time": "ts", "kind": "what", "item": "item", "price": "price", "quantity": "qty", "event_id": "id",
    }  # fmt: skip
    one, other = (
        shop_at(tmp_path, columns=columns),
        twin(tmp_path, postgres_url, postgres_schema, columns=columns),
    )
    both(one, other, "a.csv")
    both(one, other, "b.csv")
    assert_twins(one, postgres_url, postgres_schema)
    rejected = by_postgres(postgres_url, postgres_schema)["rejected"]
    assert {row[2] for row in rejected} == {"event_id_conflict"}
    assert all(row[5] for row in rejected)  # with the whole row


def test_changed_settings_make_silver_anew(tmp_path: Path, postgres_url: str, postgres_schema: str) -> None:
    write_log(tmp_path / "a.csv", some_rows(2000) + BROKEN)
    write_log(tmp_path / "b.csv", some_rows(500, seed=1))
    both(shop_at(tmp_path), twin(tmp_path, postgres_url, postgres_schema), "a.csv")
    for kinds in (
        {"view": ["view", "look"], "purchase": ["buy"]},
        {"view": ["view"], "other": ["cart", "buy"]},
    ):
        one = shop_at(tmp_path, kinds=kinds)
        both(one, twin(tmp_path, postgres_url, postgres_schema, kinds=kinds), "b.csv")
        assert_twins(one, postgres_url, postgres_schema)


def test_json_lines_with_every_field_and_hostile_texts(
    tmp_path: Path, postgres_url: str, postgres_schema: str
) -> None:
    odd = [
        '"',
        "''",
        "\\",
        "\\N",
        "\\.",
        "",
        " lead",
        "a\rb",
        "tab\there",
        "ünï🐞",
        "null",
        "a,b",
        "a\u0000b",
        "x" * 999,
        "x" * 1001,
    ]
    rows = []
    for number in range(600):
        row = {
            "u": odd[number % len(odd)] if number % 3 else f"u{number % 7}",
            "t": 1440708012250 + number * 86_400_000,
        }
        row |= {
            "k": ("view", "buy")[number % 2],
            "i": odd[number // 3 % len(odd)],
            "c": odd[number % 11],
            "s": odd[number % 13],
        }
        row |= {
            "e": f"e{number % 400}" if number % 5 else None,
            "p": ("1.5", "x\u0000y", None, "9")[number % 4],
        }
        row |= {"r": 1440708012250 + number * 86_400_000 + (number % 4 - 1) * 200_000}
        rows.append(json.dumps(row))
    (tmp_path / "a.jsonl").write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    source = {
        "columns": {
            "entity": "u", "time": "t", "kind": "k", "item": "i", "category": "c", "session": "s", "event_id": "e",
            "price": "p", "received": "r",
        },
        "time": {"unit": "ms"},
    }  # fmt: skip
    one, other = shop_at(tmp_path, **source), twin(tmp_path, postgres_url, postgres_schema, **source)
    both(one, other, "a.jsonl")
    here, there = by_postgres(postgres_url, postgres_schema), None
    assert len({row[2] for row in here["rejected"]}) > 3
    for table in here:
        if table != "rejected":  # there a NUL is written as \x00
            from events.postgres.twins import by_duckdb

            there = there or by_duckdb(one)
            assert here[table] == there[table], table
    assert len(here["rejected"]) == len(there["rejected"])  # type: ignore[index]


def test_parquet_and_gzip(tmp_path: Path, postgres_url: str, postgres_schema: str) -> None:
    import gzip

    import duckdb

    rows = write_log(tmp_path / "a.csv", some_rows(1500))
    duckdb.sql(
        f"COPY (SELECT * FROM read_csv('{rows}', all_varchar = true)) TO '{tmp_path / 'b.parquet'}' (FORMAT parquet, ROW_GROUP_SIZE 500)"
    )
    with gzip.open(tmp_path / "c.csv.gz", "wt") as file:
        file.write("".join(f"{row}\n" for row in [HEADER, *some_rows(800, seed=3)]))
    one, other = shop_at(tmp_path), twin(tmp_path, postgres_url, postgres_schema)
    for name in ("b.parquet", "c.csv.gz"):
        both(one, other, name)
        assert_twins(one, postgres_url, postgres_schema)


def test_a_file_that_cannot_be_read_leaves_nothing(
    tmp_path: Path, postgres_url: str, postgres_schema: str
) -> None:
    write_log(tmp_path / "a.csv", some_rows(300))
    write_log(tmp_path / "b.csv", [row.replace("2024", "the") for row in some_rows(300)])
    other = twin(tmp_path, postgres_url, postgres_schema)
    ingest(other, [str(tmp_path / "a.csv")])
    before = by_postgres(postgres_url, postgres_schema)
    with pytest.raises(SourceError, match=r"time_unreadable.*first line 2: 'the-"):
        ingest(other, [str(tmp_path / "b.csv")])
    assert by_postgres(postgres_url, postgres_schema) == before
