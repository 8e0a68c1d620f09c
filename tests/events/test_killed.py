"""D7: killed at any point and run again, an ingest gives the tables of an unbroken run, and repeats little work."""

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from events import killed
from events.shops import SOURCE, events, shop_at, some_rows, tables, write_log
from waiting import until
from willbuy.errors import WillbuyError
from willbuy.events.ingest import ingest
from willbuy.shop import Shop
from willbuy.warehouse import open_warehouse

ROOT = Path(__file__).resolve().parents[2]


def start(folder: Path, point: int = -1) -> "subprocess.Popen[str]":
    command = [sys.executable, killed.__file__, str(folder), str(folder / "journal.txt"), str(point)]
    env = {"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)


def run(folder: Path, point: int = -1) -> dict[str, Any] | None:
    """The result of an ingest, or None when it was killed."""
    process = start(folder, point)
    out, err = process.communicate(timeout=300)
    if process.returncode == -signal.SIGKILL:
        return None
    assert process.returncode == 0, err
    result: dict[str, Any] = json.loads(out)
    return result


def rows_written(folder: Path) -> int:
    return sum(int(line) for line in (folder / "journal.txt").read_text().split())


def shop_in(folder: Path, **source: Any) -> Shop:
    folder.mkdir()
    shop = shop_at(folder, **source)
    content = {"source": {**SOURCE, **source}, "target": {"within": "7d"}}
    (folder / killed.SHOP).write_text(json.dumps(content), encoding="utf-8")
    return shop


def write_parquet_log(csv: Path, target: Path) -> Path:
    types = "{'user':'VARCHAR','ts':'TIMESTAMP','what':'VARCHAR','item':'VARCHAR','price':'DECIMAL(9,2)','qty':'BIGINT'}"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * REPLACE (nullif(user, '') AS user) FROM read_csv('{csv}', columns = {types}, header = true)) "
            f"TO '{target}' (FORMAT parquet, ROW_GROUP_SIZE 20480)"
        )
    return target


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("logs")
    rows = some_rows(45_000, people=3000)
    rows[7::1000] = [
        row.replace("u", "", 1).lstrip("0123456789") for row in rows[7::1000]
    ]  # no entity: refused
    csv = write_log(folder / "log.csv", rows)
    return {"csv": csv, "parquet": write_parquet_log(csv, folder / "log.parquet")}


@pytest.fixture(scope="module", params=["csv", "parquet"])
def unbroken(
    request: pytest.FixtureRequest, logs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Any:
    folder = tmp_path_factory.mktemp("unbroken") / "shop"
    shop = shop_in(folder, files=[str(logs[request.param])])
    result = run(folder)
    assert result is not None
    assert result["rejected"] == 45
    return logs[request.param], result, tables(shop)


@pytest.mark.parametrize("share", [0.02, 0.2, 0.45, 0.7, 0.9, 0.98])
def test_killed_and_resumed(unbroken: Any, share: float, tmp_path: Path) -> None:
    log, result, expected = unbroken
    shop = shop_in(tmp_path / "shop", files=[str(log)])
    assert run(shop.folder, max(1, round(share * result["points"]))) is None
    with pytest.raises(WillbuyError, match="Run: willbuy ingest"):
        open_warehouse(shop)
    resumed = ingest(shop)
    assert resumed.to_json() | {"seconds": 0} == {k: v for k, v in result.items() if k != "points"} | {
        "seconds": 0
    }
    assert tables(shop) == expected
    assert ingest(shop).read == 0
    assert tables(shop) == expected


def test_killed_right_after_the_commit(unbroken: Any, tmp_path: Path) -> None:
    log, result, expected = unbroken
    shop = shop_in(tmp_path / "shop", files=[str(log)])
    assert run(shop.folder, result["points"]) is None
    assert tables(shop) == expected
    assert list((shop.home / "staged").rglob("*.parquet")) != []
    assert ingest(shop).read == 0
    assert tables(shop) == expected
    assert list((shop.home / "staged").rglob("*.parquet")) == []


@pytest.mark.parametrize("share", [0.3, 0.8, 0.97])
def test_readers_see_the_old_log_until_the_new_one_is_whole(share: float, tmp_path: Path) -> None:
    rows = some_rows(3000)
    write_log(tmp_path / "a.csv", rows[:2000])
    write_log(tmp_path / "b.csv", rows[1000:])
    shop = shop_in(tmp_path / "shop", files=[str(tmp_path / "?.csv")])
    points = run(shop.folder)
    assert points is not None
    expected = events(shop)
    shutil.rmtree(shop.home)
    ingest(shop, [str(tmp_path / "a.csv")])
    before = events(shop)
    assert run(shop.folder, round(share * points["points"] * 0.6)) is None
    assert events(shop) == before
    assert ingest(shop).duplicates == 1000
    assert events(shop) == expected


def test_a_file_that_changed_after_the_kill_is_read_anew(logs: dict[str, Path], tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    shutil.copy(logs["csv"], log)
    shop = shop_in(tmp_path / "shop", files=[str(log)])
    points = run(shop.folder)
    assert points is not None
    shutil.rmtree(shop.home)
    assert run(shop.folder, points["points"] // 4) is None
    text = log.read_text(encoding="utf-8")
    log.write_text(text.replace("view", "cart", 1000), encoding="utf-8")
    result = ingest(shop)
    assert (result.read, result.rejected) == (45_000, 45)
    whole = shop_at(tmp_path / "whole", files=[str(log)])
    ingest(whole)
    assert tables(shop, ["events", "entities", "items", "rejected"])["events"] == tables(whole)["events"]


def test_one_ingest_at_a_time(logs: dict[str, Path], tmp_path: Path) -> None:
    shop = shop_in(tmp_path / "shop", files=[str(logs["csv"])])
    process = start(shop.folder)
    try:
        until((shop.home / "bronze").exists, look=0.005)
        process.send_signal(signal.SIGSTOP)  # else it may end before the other begins
        with pytest.raises(WillbuyError, match="another ingest is at work"):
            ingest(shop)
        process.send_signal(signal.SIGCONT)
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        assert json.loads(out)["accepted"] == 44_955
    finally:
        process.kill()
    assert ingest(shop).read == 0


@pytest.mark.gate
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_killed_at_25_moments_of_a_million_rows(kind: str, tmp_path: Path) -> None:
    csv = write_log(tmp_path / "log.csv", some_rows(1_000_000, people=60_000))
    log = csv if kind == "csv" else write_parquet_log(csv, tmp_path / "log.parquet")
    shop = shop_in(tmp_path / "whole", files=[str(log)])
    started = time.monotonic()
    assert run(shop.folder) is not None
    seconds = time.monotonic() - started
    expected, work = tables(shop), rows_written(shop.folder)
    chance = random.Random(7)
    repeated = []
    for number in range(25):
        shop = shop_in(tmp_path / f"shop{number}", files=[str(log)])
        process = start(shop.folder)
        time.sleep(seconds * chance.uniform(0.05, 1.0))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        run(shop.folder)
        assert tables(shop) == expected
        repeated.append(rows_written(shop.folder) / work - 1)
        shutil.rmtree(shop.folder)
    assert max(repeated) <= 0.1, sorted(repeated)
