"""Erasing a visitor (P2)."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from events.shops import events, shop_at, some_rows, tables, write_log
from willbuy import audit
from willbuy.events.ingest import ingest, ingest_live
from willbuy.features.live.event import Event
from willbuy.hashed_ids import Suppression, entity_of
from willbuy.privacy.erase import erase
from willbuy.privacy.plan import pending
from willbuy.shop import Shop
from willbuy.store import Arrival, Store
from willbuy.store.live_log import LiveLog
from willbuy.warehouse import open_warehouse

MOMENT = datetime(2026, 1, 2, 3, 4)
ID = "canary@example.org"


def rows_with(name: str = ID, seed: int = 0, count: int = 3000) -> list[str]:
    """Rows of a log in which every twentieth is of this visitor, good ones and refused ones."""
    rows = some_rows(count, seed)
    for number in range(0, count, 20):
        rows[number] = name + rows[number][rows[number].index(",") :]
    bad = ["{},2024-03-01 10:00:00,view", '"{},2024-03-01 10:00:00,view,a,1,1', "{},never,view,a,1,1"]
    return rows + [line.format(name) for line in bad] + ["u1,short", "u1,never,view,a,1,1"]


def hits(home: Path, *needles: str) -> list[str]:
    """Files below a home that hold one of some texts, as bytes or in what a Parquet file says; plans are not looked at."""
    found = []
    for path in (path for path in home.rglob("*") if path.is_file()):
        said = path.read_bytes()
        if path.suffix == ".parquet":
            said += repr(duckdb.sql(f"SELECT * FROM read_parquet('{path}')").fetchall()).encode()
            said += repr(duckdb.sql(f"SELECT * FROM parquet_metadata('{path}')").fetchall()).encode()
        found += [f"{path.relative_to(home)}: {needle}" for needle in needles if needle.encode() in said]
    return found


def others(shop: Shop, entity: str) -> list[tuple[Any, ...]]:
    return [row for row in events(shop) if row[0] != entity]


def counts(shop: Shop) -> Sequence[tuple[Any, ...]]:
    """The account of each source, and refused rows by rule as the table says."""
    with open_warehouse(shop) as warehouse:
        sources = warehouse.rows("SELECT read, accepted, rejected, duplicates FROM sources ORDER BY source")
        rules = warehouse.rows("SELECT source, rule, count(*) FROM rejected GROUP BY ALL ORDER BY ALL")
        accepted = warehouse.rows("SELECT source, count(*) FROM events GROUP BY ALL ORDER BY ALL")
    for number, (read, kept, refused, duplicates) in enumerate(sources, 1):
        assert read == kept + refused + duplicates
        assert kept == dict(accepted).get(number, 0)
        assert refused == sum(n for source, _, n in rules if source == number)
    return [*sources, *rules]


@pytest.mark.parametrize("hashed", [False, True])
def test_p2_no_file_holds_the_visitor(tmp_path: Path, hashed: bool) -> None:
    """P2: 0 hits for id or hash in every file of the home; the others' events, lines and counts are as they were."""
    write_log(tmp_path / "a.csv", rows_with())
    write_log(tmp_path / "b.csv", rows_with(seed=1) + rows_with()[:100])
    write_log(tmp_path / "c.csv", some_rows(400, seed=5))
    shop = shop_at(tmp_path, files=["a.csv", "b.csv"], hash_ids=hashed)
    ingest(shop)
    ingest(
        shop_at(tmp_path, files=["a.csv", "b.csv", "c.csv"], hash_ids=hashed)
    )  # the generation before stays
    entity = entity_of(shop, ID)
    before, raw = others(shop, entity), lines(shop, entity)
    assert hits(shop.home, entity)
    erased = erase(shop, entity, MOMENT, "tester")
    assert hits(shop.home, ID, entity) == []
    assert events(shop) == before and lines(shop, entity) == raw
    assert erased.events == 300 and erased.raw == 300 + 5 + (2 if hashed else 6)  # 5 duplicates; refused ones
    assert counts(shop)[0][0] == 3005
    assert pending(shop.home) == []
    assert Suppression(shop.home).holds(entity)
    [line] = audit.lines(shop.home)
    assert (line.act, line.actor, line.what) == ("erase", "tester", {"rows": erased.rows})


def lines(shop: Shop, entity: str) -> list[tuple[Any, ...]]:
    """Source, line and text of all that bronze holds of others."""
    with open_warehouse(shop) as warehouse:
        sql = "SELECT source, line, raw FROM events_raw WHERE NOT contains(raw, ?) AND raw <> '' ORDER BY ALL"
        return warehouse.rows(sql, [entity])


def test_p2_later_files_and_a_second_reading_leave_the_visitor_out(tmp_path: Path) -> None:
    """P2: the next nightly file does not bring them back; what is read anew from bronze gives the same counts."""
    write_log(tmp_path / "a.csv", rows_with())
    write_log(tmp_path / "b.csv", rows_with(seed=1))
    shop = shop_at(tmp_path, files=["a.csv"])
    ingest(shop)
    erase(shop, ID, MOMENT, "tester")
    after = counts(shop)
    ingest(shop_at(tmp_path, files=["a.csv", "b.csv"]))
    assert hits(shop.home, ID) == [] and counts(shop)[0] == after[0]
    twice = counts(shop)
    kept = events(shop)
    kinds = {"view": ["view", "look"], "cart": ["cart"], "purchase": ["buy"]}
    ingest(shop_at(tmp_path, files=["a.csv", "b.csv"], kinds=kinds))  # all of silver is made anew
    assert counts(shop) == twice and events(shop) == kept


def test_a_new_visitor_never_gets_a_key_that_is_taken(tmp_path: Path) -> None:
    """Keys go on from the greatest: an erased visitor leaves a gap, and nobody stands on another's place."""
    write_log(tmp_path / "a.csv", [f"v{n:03d},2024-03-01 10:00:00,view,a,1,1" for n in range(200)])
    write_log(tmp_path / "b.csv", [f"w{n:03d},2024-03-01 10:00:00,view,a,1,1" for n in range(200)])
    shop = shop_at(tmp_path, files=["a.csv"])
    ingest(shop)
    for name in ("v000", "v001", "v002", "v003"):
        erase(shop, name, MOMENT, "tester")
    ingest(shop_at(tmp_path, files=["a.csv", "b.csv"]))
    with open_warehouse(shop) as warehouse:
        assert warehouse.rows(
            "SELECT count(*), count(DISTINCT entity_key), count(DISTINCT entity) FROM entities"
        ) == [(396, 396, 396)]
        assert warehouse.rows("SELECT count(*) FROM events JOIN entities USING (entity_key)") == [(396,)]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_ids_of_any_spelling_are_found(tmp_path: Path, form: str) -> None:
    """Quoted, escaped, with the ending that ids lose: their own lines and no others."""
    names = ["a\nb", "x\ty", "\U0001f600"] if form == "jsonl" else []
    wanted = len(names) + 7
    names += ['a"b', "a,b", "é ü", "12", "x.0", "a\\b", "'; DROP TABLE x; --", "312", "121", "bob"]
    event = {"ts": "2024-03-01 10:00:00", "what": "view", "item": "a", "price": "1", "qty": "1"}
    rows = [{"user": name, **event} for name in names]
    if form == "csv":
        text = "user,ts,what,item,price,qty\n" + "".join(
            '"' + row["user"].replace('"', '""') + '",' + ",".join(list(row.values())[1:]) + "\n"
            for row in rows
        )
    else:
        text = "".join(
            json.dumps(row, ensure_ascii=number % 2 == 0) + "\n" for number, row in enumerate(rows * 2)
        )
    (tmp_path / f"a.{form}").write_text(text, encoding="utf-8")
    shop = shop_at(tmp_path, files=[f"a.{form}"], drop_suffix={"entity": ".0"})
    ingest(shop)
    left = {entity_of(shop, name) for name in names}
    for name in names[:wanted]:
        erased = erase(shop, entity_of(shop, name), MOMENT, "tester")
        assert erased.events == erased.raw == (2 if form == "jsonl" else 1), name
        left -= {entity_of(shop, name)}
        assert {row[0] for row in events(shop)} == left


def test_who_was_never_seen_leaves_everything_as_it_is(tmp_path: Path) -> None:
    write_log(tmp_path / "a.csv", some_rows(500))
    shop = shop_at(tmp_path, files=["a.csv"])
    ingest(shop)
    before = tables(shop)
    assert erase(shop, "nobody", MOMENT, "tester").rows == 0
    assert tables(shop) == before and Suppression(shop.home).holds("nobody")


def test_what_an_interrupted_ingest_has_read_is_erased_too(tmp_path: Path) -> None:
    write_log(tmp_path / "a.csv", some_rows(500))
    write_log(tmp_path / "b.csv", rows_with())
    shop = shop_at(tmp_path, files=["a.csv"])
    ingest(shop)

    def dies(done: int, whole: int | None, stage: str) -> None:
        if stage == "merging":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(shop_at(tmp_path, files=["b.csv"]), progress=dies)
    assert hits(shop.home, ID)
    erase(shop, ID, MOMENT, "tester")
    assert hits(shop.home, ID) == []
    assert ingest(shop_at(tmp_path, files=["a.csv", "b.csv"])).read == 3005
    assert hits(shop.home, ID) == []


def test_what_came_live_into_the_log_is_erased_too(tmp_path: Path) -> None:
    """P2: events that the service received, ingested with --live, of this visitor and of another."""
    write_log(tmp_path / "a.csv", rows_with(count=200))
    shop = shop_at(tmp_path, files=["a.csv"])
    ingest(shop)
    with Store(shop.home) as store:
        told: list[object] = []
        arrivals = [
            Arrival(
                name,
                Event(datetime(2024, 3, 5), "view", received=datetime(2024, 3, 5)),
                f"{name}1",
                bytes(16),
            )
            for name in ("u1", ID)
        ]
        store.submit(arrivals, told.append)
        while not told:
            pass
    with LiveLog(shop.home / "live") as received:
        assert ingest_live(shop, received).accepted == 2
    before = others(shop, ID)
    assert erase(shop, ID, MOMENT, "tester").events == 11
    assert hits(shop.home, ID) == [] and events(shop) == before
    with LiveLog(shop.home / "live") as received:
        assert ingest_live(shop, received).read == 0
    assert counts(shop)[1] == (2, 1, 1, 0)


def test_readers_go_on_while_visitors_are_erased(tmp_path: Path) -> None:
    """Every file is rewritten several times under a reader that was opened before: nothing is missing, nobody else is."""
    write_log(tmp_path / "a.csv", rows_with(count=20_000))
    shop = shop_at(tmp_path, files=["a.csv"])
    ingest(shop)
    stop, faults = threading.Event(), list[Exception]()
    seen = list[tuple[int, int, int]]()

    def read() -> None:
        with open_warehouse(shop) as warehouse:
            while not stop.is_set():
                try:
                    [(rows,)] = warehouse.rows("SELECT count(*) FROM events JOIN entities USING (entity_key)")
                    [(theirs,)] = warehouse.rows(
                        "SELECT count(*) FROM events_raw WHERE starts_with(raw, 'u9,')"
                    )
                    [(raw,)] = warehouse.rows("SELECT count(*) FROM events_raw")
                    seen.append((rows, theirs, raw))
                except Exception as error:
                    faults.append(error)
                    return

    readers = [threading.Thread(target=read) for _ in range(2)]
    before = sum(row.startswith("u9,") for row in rows_with(count=20_000))
    for reader in readers:
        reader.start()
    for name in (ID, "u1", "u2", "u3", "u4"):
        erase(shop, name, MOMENT, "tester")
    stop.set()
    for reader in readers:
        reader.join()
    assert faults == [] and len(seen) > 4
    assert {theirs for _, theirs, _ in seen} == {before} and {raw for *_, raw in seen} == {20_005}
    assert min(rows for rows, *_ in seen) >= len(events(shop))


def test_the_command_erases_by_the_id_as_the_log_has_it(tmp_path: Path) -> None:
    """The id may come by standard input; it is not told again, and without one what is unfinished is ended."""
    write_log(tmp_path / "a.csv", [*some_rows(100), "7.0,2024-03-01 10:00:00,view,a,1,1"])
    (tmp_path / "shop.toml").write_text(
        '[source]\nfiles = ["a.csv"]\nhash_ids = true\ndrop_suffix = {entity = ".0"}\n'
        '[source.columns]\nentity = "user"\ntime = "ts"\nkind = "what"\n[source.kinds]\nview = ["view"]\n'
        'cart = ["cart"]\npurchase = ["buy"]\n[source.time]\nunit = "text"\nzone = "UTC"\n[target]\nwithin = "7d"\n'
    )

    def run(*arguments: str, said: str = "") -> str:
        command = [sys.executable, "-m", "willbuy", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, input=said, capture_output=True, text=True, check=True
        ).stdout

    run("ingest")
    assert run("erase", "-", said="7\n").startswith("Erased 1 event (1 line of the log), ")
    assert run("erase") == "No erasure is unfinished.\n"
    assert '"events": 0' in run("erase", "7.0", "--json")


@pytest.mark.parametrize(
    ("given", "says"), [(b"\n", "no id was given"), (b"a\0b", "a NUL"), (b"a\xff", "no UTF-8")]
)
def test_what_can_be_no_id_is_refused(tmp_path: Path, given: bytes, says: str) -> None:
    shop = shop_at(tmp_path)
    (tmp_path / "shop.toml").write_text(
        '[source]\nkind = "view"\ncolumns = {entity = "user", time = "ts"}\n[target]\nwithin = "7d"\n'
    )
    command = [sys.executable, "-m", "willbuy", "erase", "-"]
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8:surrogateescape"}
    done = subprocess.run(
        command, cwd=tmp_path, input=given, capture_output=True, env=environment, check=False
    )
    assert done.returncode == 2 and says in done.stderr.decode(), done.stderr.decode()
    assert not (shop.home / "privacy").exists()
