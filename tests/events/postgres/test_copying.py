"""Copying a log between DuckDB and PostgreSQL: every table alike, resumed after a kill, and never over another log."""

import json
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from events.live_rows import Lines
from events.postgres import copy_killed
from events.postgres.twins import by_duckdb, by_postgres, twin
from events.shops import shop_at, some_rows, write_log
from willbuy.cli import app
from willbuy.errors import ShopError, WillbuyError
from willbuy.events.copying import copy_log
from willbuy.events.ingest import ingest, ingest_live
from willbuy.events.rebuild import rebuild
from willbuy.privacy.erase import erase
from willbuy.shop import Shop

ROOT = Path(__file__).resolve().parents[3]
ROWS = some_rows(900, people=90)
BROKEN = [
    "",
    "broken",
    "u1,2024-03-01 10:00:00,look,a,1.50,1",
    "u\u00e9,2024-03-01 10:00:00,view,\u00e9,1.50,1",
]
KEYLESS = ("events_raw", "rejected", "sources")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A log of three ingests, with refused rows, repetitions and somebody who was erased."""
    found = shop_at(tmp_path, files=["*.csv"])
    for name, rows in (("a", ROWS[:500] + BROKEN), ("b", ROWS[400:]), ("c", some_rows(200, seed=4))):
        ingest(found, [str(write_log(tmp_path / f"{name}.csv", rows))])
    erase(found, "u7", datetime(2024, 5, 1), "test")
    return found


def told(tables: dict[str, Any]) -> dict[str, Any]:
    """The tables without keys, which are given anew."""
    names = dict(tables["entities"])
    items = dict(tables["items"]) | {None: None}
    events = sorted((names[row[0]], *row[1:3], items[row[3]], *row[4:]) for row in tables["events"])
    return {name: tables[name] for name in KEYLESS} | {
        "events": [[str(value) for value in row] for row in events]
    }


def test_there_and_back(shop: Shop, tmp_path: Path, postgres_url: str, postgres_schema: str) -> None:
    target = twin(tmp_path, postgres_url, postgres_schema, files=["*.csv"])
    copied = copy_log(shop, target)
    assert copied.carried == sum(1 for _ in (shop.home / "bronze").rglob("*.parquet"))
    there = by_postgres(postgres_url, postgres_schema)
    assert told(there) == told(by_duckdb(shop))
    again = copy_log(shop, target)
    assert (again.carried, again.prints) == (0, copied.prints)
    home = shop.model_copy(update={"storage": shop.storage.model_copy(update={"home": "back"})})
    assert copy_log(target, home).prints == copied.prints
    assert told(by_duckdb(home)) == told(there)
    assert rebuild(target).same  # a copy is a whole log: it can be rebuilt
    assert rebuild(home).same


def test_a_copy_is_a_log_to_go_on_with(
    shop: Shop, tmp_path: Path, postgres_url: str, postgres_schema: str
) -> None:
    target = twin(tmp_path, postgres_url, postgres_schema, files=["*.csv"])
    copy_log(shop, target)
    new = [row for row in some_rows(300, seed=9) if not row.startswith("u7,")]  # the twins' homes differ
    write_log(tmp_path / "d.csv", new)
    for one in (shop, target):
        result = ingest(one)
        assert [file.skipped for file in result.files] == [True, True, True, False]
    assert told(by_postgres(postgres_url, postgres_schema)) == told(by_duckdb(shop))
    with pytest.raises(WillbuyError, match="the copy in postgres is not the log") as raised:
        ingest(shop, [str(write_log(tmp_path / "e.csv", ["zoe,2024-03-01 10:00:00,view,a,1.50,1"]))])
        ingest(target, [str(write_log(tmp_path / "e.csv", ["zoe,2024-03-01 10:00:00,view,b,1.50,1"]))])
        copy_log(shop, target)
    assert "log, events_raw, items differ" in str(raised.value)


def test_killed_and_run_again(shop: Shop, tmp_path: Path, postgres_url: str, postgres_schema: str) -> None:
    parts = sum(1 for _ in (shop.home / "bronze").rglob("*.parquet"))
    command = [sys.executable, copy_killed.__file__, str(tmp_path), postgres_url, postgres_schema, str(parts)]
    env = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}", "PATH": "/usr/bin:/bin"}
    died = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert by_postgres(postgres_url, postgres_schema)["events"] == []  # nothing is visible yet
    copied = copy_log(shop, twin(tmp_path, postgres_url, postgres_schema, files=["*.csv"]))
    assert 0 < copied.carried < parts
    assert told(by_postgres(postgres_url, postgres_schema)) == told(by_duckdb(shop))


def test_another_log_at_the_target_is_left_alone(
    shop: Shop, tmp_path: Path, postgres_url: str, postgres_schema: str
) -> None:
    target = twin(tmp_path, postgres_url, postgres_schema, files=["*.csv"])
    (tmp_path / "other").mkdir()
    ingest(target, [str(write_log(tmp_path / "other" / "a.csv", some_rows(50)))])
    before = by_postgres(postgres_url, postgres_schema)
    with pytest.raises(WillbuyError, match=r"the target holds another log: .*other/a\.csv is no source"):
        copy_log(shop, target)
    assert by_postgres(postgres_url, postgres_schema) == before


def test_what_cannot_be_copied_says_so(
    shop: Shop, tmp_path: Path, postgres_url: str, postgres_schema: str
) -> None:
    with pytest.raises(ShopError, match="already"):
        copy_log(shop, shop)
    target = twin(tmp_path, postgres_url, postgres_schema, files=["*.csv"])
    ingest(shop, [str(write_log(tmp_path / "d.csv", some_rows(50, seed=8)))], hold=True)
    with pytest.raises(WillbuyError, match="held and not merged"):
        copy_log(shop, target)
    with pytest.raises(WillbuyError, match="nothing to copy"):
        copy_log(target, shop.model_copy(update={"storage": shop.storage.model_copy(update={"home": "new"})}))


def test_the_command_says_what_to_change(
    shop: Shop, tmp_path: Path, postgres_url: str, postgres_schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = json.dumps({"files": ["*.csv"]})[1:-1].replace(":", " =")
    text = (
        f'[source]\n{source.replace(chr(34) + "files" + chr(34), "files")}\n[source.columns]\nentity = "user"\ntime = "ts"\n'
        'kind = "what"\nitem = "item"\nprice = "price"\nquantity = "qty"\n[source.kinds]\nview = ["view"]\ncart = ["cart"]\n'
        'purchase = ["buy"]\n[source.time]\nunit = "text"\nzone = "UTC"\n[target]\nwithin = "7d"\n'
    )
    (tmp_path / "shop.toml").write_text(text, encoding="utf-8")
    secret = postgres_url.replace("postgresql://", "postgresql://").replace("@", ":hidden@", 1)
    found = CliRunner().invoke(app, ["copy", "--to", secret, "--schema", postgres_schema])
    assert found.exit_code == 0, found.output
    assert "are the same on both" in found.stdout
    assert (
        f'[storage]\nengine = "postgres"\nurl = "{postgres_url}"\nschema = "{postgres_schema}"'
        in found.stdout
    )
    assert "hidden" not in found.output
    told_again = CliRunner().invoke(app, ["copy", "--to", secret, "--schema", postgres_schema, "--json"])
    assert json.loads(told_again.stdout)["carried"] == 0
    assert "hidden" not in told_again.output
    assert (tmp_path / "shop.toml").read_text(encoding="utf-8") == text
    refused = CliRunner().invoke(app, ["copy", "--to", "oracle"])
    assert refused.exit_code != 0


def test_live_events_are_carried_too(
    shop: Shop, tmp_path: Path, postgres_url: str, postgres_schema: str
) -> None:
    """With what they stand for in files, and when they were received."""
    ingest_live(shop, Lines.of([*ROWS[450:520], *some_rows(60, seed=6)]))
    target = twin(tmp_path, postgres_url, postgres_schema, files=["*.csv"])
    copy_log(shop, target)
    here, there = told(by_duckdb(shop)), told(by_postgres(postgres_url, postgres_schema))
    assert there == here
