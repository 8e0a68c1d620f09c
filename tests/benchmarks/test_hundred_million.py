"""The benchmark of a hundred million events, at a few thousand: its log, its stopwatch, its arithmetic, and going on after a kill."""

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchmarks.house.measure import SideFailed
from benchmarks.hundred import making, page
from benchmarks.hundred.growth import summary
from benchmarks.hundred.size import Size
from benchmarks.hundred.tree import measured
from willbuy.events.ingest import ingest
from willbuy.shop import load_shop
from willbuy.warehouse import open_warehouse

EVENTS, PARTS = 60_000, 3


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drawn log, and its parts as CSV."""
    folder = tmp_path_factory.mktemp("drawn")
    making.draw(folder, EVENTS, PARTS)
    for part in range(PARTS):
        making.write(folder, part, folder / f"part-{part}.csv")
    return folder


def test_the_log_is_of_rees46s_shape(drawn: Path) -> None:
    own = duckdb.connect()  # the common connection may hold a table of another test under a name used here
    rows = own.sql(
        f"SELECT *, filename FROM read_csv('{drawn}/part-*.csv', all_varchar = true, filename = true)"
    )
    names = [
        "event_time",
        "event_type",
        "product_id",
        "category_id",
        "category_code",
        "brand",
        "price",
        "user_id",
        "user_session",
    ]
    assert rows.columns[:9] == names
    [(count, visitors, sessions)] = own.sql(
        "SELECT count(*), count(DISTINCT user_id), count(DISTINCT user_session) FROM rows"
    ).fetchall()
    assert count == pytest.approx(EVENTS, rel=0.1)
    assert 15 < count / visitors < 26
    assert 3 < count / sessions < 7
    kinds = dict(
        own.sql("SELECT event_type, count(*) / (SELECT count(*) FROM rows) FROM rows GROUP BY 1").fetchall()
    )
    assert kinds == {
        "view": pytest.approx(0.95, abs=0.03),
        "cart": pytest.approx(0.035, abs=0.015),
        "purchase": pytest.approx(0.012, abs=0.008),
    }
    spans = own.sql(
        "SELECT min(event_time), max(event_time) FROM rows GROUP BY filename ORDER BY filename"
    ).fetchall()
    assert all(one[1] <= other[0] for one, other in pairwise(spans))  # slices of time


def test_the_same_log_every_time_and_the_truth_of_its_visitors(drawn: Path, tmp_path: Path) -> None:
    making.draw(tmp_path, EVENTS, PARTS)
    making.write(tmp_path, 1, tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (drawn / "part-1.csv").read_bytes()
    [(n, least, most, mean)] = duckdb.sql(
        "SELECT count(DISTINCT user_id), min(probability), max(probability), avg(probability) "
        f"FROM '{drawn}/drawn/{making.TRUTH}'"
    ).fetchall()
    assert n > 1000
    assert 0 <= least <= most <= 1
    assert 0 < mean < 0.2


def test_every_row_can_be_ingested(drawn: Path, tmp_path: Path) -> None:
    size = Size(EVENTS, tmp_path)
    (tmp_path / "shop.toml").write_text(
        '[source]\nfiles = ["x"]\npreset = "rees46"\n[target]\nwithin = "7d"\n', encoding="utf-8"
    )
    shop = load_shop(size.shop)
    result = ingest(shop, [str(path) for path in sorted(drawn.glob("part-*.csv"))])
    assert result.accepted == result.read > 0.9 * EVENTS
    with open_warehouse(shop) as warehouse:
        [(sessions, priced)] = warehouse.rows("SELECT count(DISTINCT session), count(price) FROM events")
    assert priced == result.accepted
    assert sessions > 10_000


def test_memory_is_that_of_the_whole_tree(tmp_path: Path) -> None:
    """A process of its own that only waits for a child which takes 300 MB."""
    child = "import time; held = bytearray(300_000_000); held[::4096] = held[::4096]; time.sleep(0.5)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True); print('{{\"a\": 1}}')"
    run = measured([sys.executable, "-c", parent], tmp_path)
    assert run.peak > 300_000_000
    assert json.loads(run.printed) == {"a": 1}
    with pytest.raises(SideFailed, match="ended with 3"):
        measured([sys.executable, "-c", "raise SystemExit(3)"], tmp_path)


def steps(seconds: float, peak: float) -> list[dict[str, Any]]:
    of_stage = {"wall": seconds, "cpu": seconds, "peak": peak, "disk": 1, "load": 1.0, "told": {}}
    return [
        {"step": stage, "stage": stage, **of_stage} for stage in ("making", "ingest", "ingest", "features")
    ]


@pytest.mark.parametrize(
    ("seconds", "peak", "missed"),
    [
        (124.0, 7.9e9, []),
        (126.0, 7.9e9, ["CPU an event of ingest, 30 M / 3 M", "CPU an event of features, 30 M / 3 M"]),
        (100.0, 8.1e9, ["peak memory of ingest, 30 M", "peak memory of features, 30 M"]),
    ],
)
def test_growth_and_memory_are_held_against_their_bars(
    seconds: float, peak: float, missed: list[str]
) -> None:
    found = summary({3_000_000: steps(10.0, 1e9), 30_000_000: steps(seconds, peak)})
    assert [claim["text"] for claim in found["claims"] if not claim["passed"]] == missed
    assert found["sizes"][1]["stages"]["ingest"]["cpu"] == 2 * seconds
    told = page.text(found)
    assert "not finished" in told
    assert ("NO" in told) == bool(missed)


def test_what_was_done_is_not_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step fails once, as if it had been killed; the next run goes on with it."""
    ran: list[str] = []
    failed: set[str] = set()

    def run(self: Size, command: list[str]) -> dict[str, Any]:
        step = " ".join(command[2:4])
        if step not in failed:
            failed.add(step)
            raise SideFailed(step)
        ran.append(step)
        return {"wall": 1.0, "cpu": 1.0, "peak": 1, "disk": 1, "load": 1.0, "told": {}}

    monkeypatch.setattr(Size, "_run", run)
    size = Size(EVENTS, tmp_path)
    for _ in range(20):
        try:
            size.run(lambda _: None)
            break
        except SideFailed:
            continue
    done = [record["step"] for record in size.finished()]
    assert done[0] == "draw the log"
    assert done[-4:] == ["features", "train", "score", "beside the truth"]
    assert len(done) == len(set(done)) == len(ran) == 2 * PARTS + 6
