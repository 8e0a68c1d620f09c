"""`[source] hash_ids`: nowhere below the shop's home is an id as it came (P1)."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from events.shops import HEADER, events, shop_at, some_rows, write_log
from willbuy.errors import ShopError, WillbuyError
from willbuy.events.ingest import ingest
from willbuy.hashed_ids import Suppression, open_hasher
from willbuy.shop import Shop

CANARIES = [f"canary{number:04d}x" for number in range(500)] + [
    f"c{number:04d}.canary@example.org" for number in range(500)
]
ROW = "u1,2024-03-01 10:00:00,view,a,1.50,1"


def rows_of_canaries(seed: int = 0) -> list[str]:
    """Rows of every canary, and one of each way in which a row can be refused."""
    rows = some_rows(3000, seed)
    rows = [f"{CANARIES[number % 1000]}{row[row.index(',') :]}" for number, row in enumerate(rows)]
    bad = [
        "{},2024-03-01 10:00:00,view",
        '"{},2024-03-01 10:00:00,view,a,1,1',
        "{},no time,view,a,1,1",
        "{},2024-03-01 10:00:00,{},a,1,1".replace("{},a", "look,a"),
        "{},2024-03-01 10:00:00,view,a,free,1",
        "{},2024-03-01 10:00:00,view,a,-1,1",
        "{}\x00,2024-03-01 10:00:00,view,a,1,1",
        "{}" + "y" * 1000 + ",2024-03-01 10:00:00,view,a,1,1",
    ]
    return rows + [line.format(CANARIES[number]) for number, line in enumerate(bad)]


def hits(folder: Path) -> dict[str, list[str]]:
    """Files that hold a canary: as bytes, and where it is a Parquet file or compressed, in what it says."""
    found: dict[str, list[str]] = {}
    for path in (path for path in folder.rglob("*") if path.is_file()):
        said = path.read_bytes()
        if path.suffix == ".parquet":
            said += "\n".join(
                map(repr, duckdb.sql(f"SELECT * FROM read_parquet('{path}')").fetchall())
            ).encode()
        if b"canary" in said:
            found[str(path)] = [name for name in CANARIES if name.encode() in said] or ["canary"]
    return found


def told(shop: Shop, *files: str) -> str:
    """What `willbuy ingest` prints, its errors included, with a log that is written to the shop's folder."""
    (shop.folder / "shop.toml").write_text(
        "[source]\nhash_ids = true\n"
        '[source.columns]\nentity = "user"\ntime = "ts"\nkind = "what"\nitem = "item"\nprice = "price"\n'
        'quantity = "qty"\n[source.kinds]\nview = ["view"]\ncart = ["cart"]\npurchase = ["buy"]\n'
        '[source.time]\nunit = "text"\nzone = "UTC"\n[target]\nwithin = "7d"\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "willbuy", "ingest", *files, "--debug"],
        cwd=shop.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", ["log.csv", "log.csv.gz", "log.jsonl", "log.parquet"])
def test_p1_no_file_holds_an_id(tmp_path: Path, name: str) -> None:
    """P1: 1,000 canary ids and e-mails, good rows and refused ones: 0 hits in every file of the home, and in what is said."""
    shop = shop_at(tmp_path, hash_ids=True)
    write_log(tmp_path / "plain.csv", rows_of_canaries())
    if name.endswith(".gz"):
        (tmp_path / name).write_bytes(gzip.compress((tmp_path / "plain.csv").read_bytes()))
    elif name == "log.csv":
        (tmp_path / "plain.csv").rename(tmp_path / name)
    else:
        lines = [line.split(",") for line in rows_of_canaries() if line.count(",") == 5 and line[0] != '"']
        records = [dict(zip(HEADER.split(","), line, strict=True)) for line in lines]
        (tmp_path / "log.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
        if name == "log.parquet":
            duckdb.sql(f"COPY (FROM '{tmp_path}/log.jsonl') TO '{tmp_path}/{name}' (FORMAT parquet)")
    said = told(shop, name)
    assert "The log holds 1,000 entities" in said and "canary" not in said
    assert hits(shop.home) == {}
    assert len(list(shop.home.rglob("*.parquet"))) > 16 + 16


def test_hits_sees_an_id(tmp_path: Path) -> None:
    """The search would find one: the same rows without hash_ids."""
    write_log(tmp_path / "log.csv", rows_of_canaries())
    shop = shop_at(tmp_path, files=["log.csv"])
    ingest(shop)
    assert len({name for names in hits(shop.home).values() for name in names}) == 1000


def test_p1_errors_do_not_tell_ids(tmp_path: Path) -> None:
    """P1: a file that is refused as a whole: no header, another header, no row that can be read, a broken file."""
    shop = shop_at(tmp_path, hash_ids=True)
    row = f"{CANARIES[0]},2024-03-01 10:00:00,view,a,1,1"
    write_log(tmp_path / "headless.csv", [row], header=None)
    write_log(tmp_path / "short.csv", [f"{CANARIES[1]},x"])
    write_log(tmp_path / "no_time.csv", [row.replace("2024", "x")])
    (tmp_path / "broken.jsonl").write_text(f'"{CANARIES[2]}\n{{"user": "{CANARIES[3]}"\n')
    (tmp_path / "broken.parquet").write_text(CANARIES[4])
    for name in ("headless.csv", "short.csv", "no_time.csv", "broken.jsonl", "broken.parquet"):
        said = told(shop, name)
        assert "error:" in said or "Error" in said, said
        assert "canary" not in said, said
    assert hits(shop.home) == {}


@pytest.mark.parametrize("ids", [["123", "123.0"], ["a b", "a b"]])
def test_the_same_events_under_hashed_names(tmp_path: Path, ids: list[str]) -> None:
    lines = [ROW.replace("u1", name).replace("1.50", f"{n}.50") for n, name in enumerate(ids * 3)]
    write_log(tmp_path / "a.csv", lines)
    plain = shop_at(tmp_path, files=["a.csv"], drop_suffix={"entity": ".0"})
    hashed = shop_at(tmp_path / "hashed", files=["../a.csv"], drop_suffix={"entity": ".0"}, hash_ids=True)
    (tmp_path / "hashed").mkdir()
    ingest(plain)
    result = ingest(hashed)
    hasher = open_hasher(hashed)
    assert hasher is not None and result.entities == 1
    assert events(hashed) == [(hasher.entity(row[0]), *row[1:]) for row in events(plain)]


def test_hash_ids_cannot_change_once_something_was_ingested(tmp_path: Path) -> None:
    write_log(tmp_path / "a.csv", some_rows(100))
    write_log(tmp_path / "b.csv", rows_of_canaries())
    ingest(shop_at(tmp_path, files=["a.csv"]))
    before = sorted(path.name for path in (tmp_path / ".willbuy" / "bronze").iterdir())
    with pytest.raises(ShopError, match=r"source\.hash_ids.*ingest anew"):
        ingest(shop_at(tmp_path, files=["a.csv", "b.csv"], hash_ids=True))
    assert sorted(path.name for path in (tmp_path / ".willbuy" / "bronze").iterdir()) == before
    other = tmp_path / "other"
    other.mkdir()
    ingest(shop_at(other, files=["../a.csv"], hash_ids=True))
    for changed in (
        {"hash_ids": False},
        {"hash_ids": True, "drop_suffix": {"entity": ".0"}},
        {"hash_ids": True, "columns": {"entity": "item", "time": "ts", "kind": "what"}},
    ):
        with pytest.raises(ShopError, match="ingest anew"):
            ingest(shop_at(other, files=["../b.csv"], **changed))
    assert hits(other / ".willbuy") == {}


def test_a_change_that_needs_no_id_is_taken_from_bronze(tmp_path: Path) -> None:
    """What else the shop file says may change: bronze still reads, and hashes are not hashed again."""
    write_log(tmp_path / "a.csv", [*some_rows(200), "u1,2024-03-01 10:00:00,look,a,1,1", "u2,short"])
    shop = shop_at(tmp_path, files=["a.csv"], hash_ids=True, drop_suffix={"entity": "1"})
    assert ingest(shop).rejected_by_rule == {"columns": 1, "kind_unknown": 1}
    before = events(shop)
    kinds = {"view": ["view", "look"], "cart": ["cart"], "purchase": ["buy"]}
    more = shop_at(tmp_path, files=["a.csv"], hash_ids=True, drop_suffix={"entity": "1"}, kinds=kinds)
    assert ingest(more).entities == len({row[0] for row in before})
    after = events(more)
    assert len(after) == len(before) + 1 and set(before) < set(after)
    assert {len(row[0]) for row in after} == {64}


def test_what_an_interrupted_ingest_left_is_removed_before_ids_are_hashed(tmp_path: Path) -> None:
    """P1: its bronze holds ids, and it is no part of the log."""
    write_log(tmp_path / "a.csv", rows_of_canaries())
    write_log(tmp_path / "b.csv", some_rows(50))
    shop = shop_at(tmp_path, files=["a.csv"])

    def dies(done: int, whole: int | None, stage: str) -> None:
        if stage == "merging":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(shop, progress=dies)
    assert hits(shop.home)
    ingest(shop_at(tmp_path, files=["b.csv"], hash_ids=True))
    assert hits(shop.home) == {}


def test_another_key_stops_before_anything_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_log(tmp_path / "a.csv", some_rows(50))
    ingest(shop_at(tmp_path, files=["a.csv"], hash_ids=True))
    monkeypatch.setenv("WILLBUY_ID_KEY", "another key of enough characters")
    with pytest.raises(WillbuyError, match="hashed with the key"):
        ingest(shop_at(tmp_path, files=["a.csv"], hash_ids=True))


@pytest.mark.parametrize("hashed", [False, True])
def test_later_files_do_not_bring_an_erased_visitor_back(tmp_path: Path, hashed: bool) -> None:
    """P2: their rows are refused as `erased`, and read = accepted + rejected + duplicates."""
    write_log(tmp_path / "a.csv", [*some_rows(300), f"{CANARIES[0]},2024-03-01 10:00:00,view,a,1,1", ROW])
    shop = shop_at(tmp_path, files=["a.csv"], hash_ids=hashed)
    hasher = open_hasher(shop)
    for name in (CANARIES[0], "u1"):
        Suppression(shop.home).add(hasher.entity(name) if hasher else name)
    result = ingest(shop)
    erased = sum(row.startswith("u1,") for row in some_rows(300)) + 2
    assert result.rejected_by_rule == {"erased": erased}
    assert result.read == 302 == result.accepted + result.rejected + result.duplicates
    assert hits(shop.home) == {}
    assert not any(row[0] == (hasher.entity("u1") if hasher else "u1") for row in events(shop))


def test_a_file_of_erased_visitors_alone_is_no_broken_file(tmp_path: Path) -> None:
    write_log(tmp_path / "a.csv", [ROW])
    shop = shop_at(tmp_path, files=["a.csv"])
    Suppression(shop.home).add("u1")
    result = ingest(shop)
    assert (result.read, result.rejected_by_rule, result.entities) == (1, {"erased": 1}, 0)
