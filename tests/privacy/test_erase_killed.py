"""An erasure that is killed at any point is ended by the next command (P2)."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from events.shops import SOURCE, events, shop_at, write_log
from privacy import killed
from privacy.test_erase import ID, counts, hits, others, rows_with
from willbuy import audit
from willbuy.commands.erase import finish_erasures
from willbuy.errors import WillbuyError
from willbuy.events.ingest import ingest
from willbuy.features.live.event import Event
from willbuy.hashed_ids import Suppression
from willbuy.privacy import erase as erase_module
from willbuy.privacy.erase import StillServed, finish
from willbuy.privacy.erased import Erased
from willbuy.privacy.plan import Plan, pending
from willbuy.shop import Common, Shop
from willbuy.store import Arrival, Store
from willbuy.store.predictions import Answer, PredictionLog

MOMENT = datetime(2024, 3, 2)


def with_everything(folder: Path) -> Shop:
    """A shop in whose home the visitor stands everywhere: two sources, a run, the live store, the log of answers."""
    write_log(folder / "a.csv", rows_with(count=300))
    write_log(folder / "b.csv", rows_with(seed=1, count=300) + rows_with(count=300)[:60])
    (folder / killed.SHOP).write_text(json.dumps({"source": SOURCE, "target": {"within": "7d"}}))
    shop = shop_at(folder, files=["a.csv", "b.csv"])
    ingest(shop)
    run = shop.home / "runs" / "0001"
    (run / "snapshots" / "anchor-1").mkdir(parents=True)
    keys = f"read_parquet('{shop.home}/silver/*/entities/*.parquet')"
    duckdb.sql(f"COPY (SELECT entity_key, 1 AS label FROM {keys}) TO '{run}/snapshots/anchor-1/p.parquet'")
    duckdb.sql(f"COPY (SELECT entity, 0.5 AS p FROM {keys}) TO '{run}/predictions.parquet'")
    found = {"doctor": [{"entity": ID, "says": f"other (entity {ID} at 2024: 1)"}, {"entity": "u1"}]}
    (run / "result.json").write_text(json.dumps(found))
    (run / "rejected.csv").write_text(f'file,line,rule,column,value\na,1,r,c,"{ID}"\na,2,r,c,u1\n')
    (shop.home / "scoring" / ".0123").mkdir(parents=True)
    (shop.home / "scoring" / ".0123" / "rows.txt").write_text(ID)
    store_something(shop)
    return shop


def store_something(shop: Shop) -> None:
    with Store(shop.home) as store:
        told: list[object] = []
        arrivals = [
            Arrival(name, Event(MOMENT, "view", received=MOMENT), f"{name}-1", b"0123456789abcdef")
            for name in (ID, "u1")
        ]
        store.submit(arrivals, told.append)
        while not told:
            pass
    log = PredictionLog(shop.home, 30, lambda: MOMENT)
    for number, name in enumerate((ID, "u1")):
        log.put(Answer(str(number), name, "score", "v", MOMENT, b"", 0.0, 0.5, None, None))
    log.close()


def died_at(folder: Path, point: int) -> bool:
    done = subprocess.run(
        [sys.executable, str(Path(killed.__file__)), str(folder), ID, str(point)],
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
    return done.returncode != 0


def check(prepared: Path, folder: Path, points: Iterator[int]) -> int:
    """Kill at each point, end it, and look. Returns how many kills there were."""
    kills = 0
    for point in points:
        shutil.copytree(prepared, folder)
        shop = shop_at(folder, files=["a.csv", "b.csv"])
        before = others(shop, ID)
        kills += died_at(folder, point)
        if not pending(shop.home) and not Suppression(shop.home).holds(ID):
            died_at(folder, -1)  # killed before anything was promised: it is asked for again
        finish_erasures(shop)
        assert pending(shop.home) == []
        assert hits(shop.home, ID) == [], f"point {point}"
        assert events(shop) == before
        assert sum(row[1] for row in counts(shop)[:2]) == len(before)
        assert audit.verify(shop.home) == [] and {line.act for line in audit.lines(shop.home)} == {"erase"}
        with Store(shop.home) as store:
            assert store.events(ID) == [] and len(store.events("u1")) == 1
        shutil.rmtree(folder)
    return kills


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    shop = with_everything(folder)
    assert len({hit.split("/")[0] for hit in hits(shop.home, ID)}) >= 6
    return folder


def test_p2_an_erasure_that_is_killed_is_ended_by_the_next_command(prepared: Path, tmp_path: Path) -> None:
    """P2: kill -9 midway, at four points; 0 byte hits after the next command, and nobody else is touched."""
    assert check(prepared, tmp_path / "shop", iter((3, 9, 15, 22))) == 4


@pytest.mark.gate
def test_p2_killed_at_every_point(prepared: Path, tmp_path: Path) -> None:
    """P2: at every point there is."""
    assert check(prepared, tmp_path / "shop", iter(range(1, 60))) > 30


def test_one_that_cannot_be_ended_stops_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Common(folder=tmp_path)
    for entity in ("ann", "bob", "cy"):
        Plan(entity, "a test").write(shop.home)
    tried = []

    def carried_out(_: Common, plan: Plan, moment: datetime) -> Erased:
        tried.append(plan.entity)
        if len(tried) < 3:
            raise StillServed("served") if len(tried) == 1 else WillbuyError("damaged")
        return Erased()

    monkeypatch.setattr(erase_module, "_carry_out", carried_out)
    with pytest.raises(WillbuyError, match="damaged"):  # not the one that a command passes over
        finish(shop, datetime(2026, 1, 2))
    assert sorted(tried) == ["ann", "bob", "cy"]
