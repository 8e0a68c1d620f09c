"""D7 for live events: killed at any point and run again, `ingest --live` gives what an unbroken run gives, each event once."""

import json
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from events import killed
from events.shops import SOURCE, events, shop_at, some_rows, tables, write_log
from events.stored import body_of, send
from willbuy.events.ingest import ingest, ingest_live
from willbuy.shop import Shop
from willbuy.store import Outcome
from willbuy.store.live_log import LiveLog

ROOT = Path(__file__).resolve().parents[2]
ROWS = some_rows(35_000, people=3000)
NOW = datetime(2024, 6, 1)


def run(folder: Path, point: int = -1) -> dict[str, Any] | None:
    """The result of `ingest --live` in a process of its own, or None when it was killed."""
    journal = folder / "journal.txt"
    command = [sys.executable, killed.__file__, str(folder), str(journal), str(point), "live"]
    env = {"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=300, check=False)
    if done.returncode == -signal.SIGKILL:
        return None
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def rows_written(folder: Path) -> int:
    return sum(int(line) for line in (folder / "journal.txt").read_text().split())


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("filled") / "shop", ROWS)


def fill(folder: Path, rows: Sequence[str]) -> Path:
    """A shop with a file ingested, and a store that holds the last part of it and more."""
    folder.mkdir()
    shop = shop_at(folder)
    (folder / killed.SHOP).write_text(json.dumps({"source": SOURCE, "target": {"within": "7d"}}))
    in_file, first_sent = len(rows) * 5 // 7, len(rows) * 3 // 7
    ingest(shop, [str(write_log(folder / "log.csv", rows[:in_file]))])
    sent = send(shop, [body_of(row, number) for number, row in enumerate(rows[first_sent:])], NOW)
    assert set(sent) == {Outcome.STORED}
    return folder


def copied(filled: Path, target: Path) -> Shop:
    shutil.copytree(filled, target)
    return shop_at(target)


@pytest.fixture(scope="module")
def unbroken(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Any, int]:
    return run_whole(copied(filled, tmp_path_factory.mktemp("unbroken") / "shop"), len(ROWS))


def run_whole(shop: Shop, rows: int) -> tuple[dict[str, Any], Any, int]:
    """An unbroken run: its result, the tables after it, and the rows that it wrote."""
    result = run(shop.folder)
    assert result is not None
    sent = rows * 4 // 7
    assert [result[name] for name in ("read", "accepted", "rejected", "duplicates")] == [sent, sent, 0, 0]
    assert len(events(shop)) == rows
    return result, tables(shop), rows_written(shop.folder)


def killed_and_resumed(filled: Path, unbroken: Any, target: Path, point: int) -> float:
    """How much of the work was done twice."""
    result, expected, work = unbroken
    shop = copied(filled, target)
    assert run(shop.folder, point) is None
    resumed = run(shop.folder)
    assert resumed is not None
    assert resumed["read"] == (result["read"] if point < result["points"] else 0)
    assert tables(shop) == expected
    with LiveLog(shop.home / "live") as live:
        assert ingest_live(shop, live).read == 0
    assert tables(shop) == expected
    return rows_written(shop.folder) / work - 1


@pytest.mark.parametrize("share", [0.1, 0.5, 0.97])
def test_killed_and_resumed(filled: Path, unbroken: Any, share: float, tmp_path: Path) -> None:
    killed_and_resumed(filled, unbroken, tmp_path / "shop", max(1, round(share * unbroken[0]["points"])))


@pytest.mark.gate
def test_killed_at_50_points_of_200_000_events(tmp_path: Path) -> None:
    rows = some_rows(350_000, people=20_000)
    filled = fill(tmp_path / "filled", rows)
    unbroken = run_whole(copied(filled, tmp_path / "whole"), len(rows))
    points = range(1, unbroken[0]["points"] + 1)
    repeated = []
    for point in random.Random(7).sample(points, min(50, len(points))):
        repeated.append(killed_and_resumed(filled, unbroken, tmp_path / "shop", point))
        shutil.rmtree(tmp_path / "shop")
    assert max(repeated) <= 0.1, sorted(repeated)


def test_the_service_may_write_meanwhile(tmp_path: Path) -> None:
    """What arrives after it began waits for the next time; nothing is read twice or passed over."""
    shop = shop_at(tmp_path)
    send(shop, [body_of(row, number) for number, row in enumerate(ROWS[:500])], NOW)
    with LiveLog(shop.home / "live") as live:

        class Growing:
            def last(self) -> int:
                return live.last()

            def between(self, first: int, last: int) -> Any:
                rows = list(live.between(first, last))
                more = [body_of(row, number) for number, row in enumerate(ROWS[500:900], 500)]
                assert set(send(shop, more, NOW)) <= {Outcome.STORED, Outcome.DUPLICATE}
                return iter(rows)

        assert ingest_live(shop, Growing()).accepted == 500
        assert ingest_live(shop, live).accepted == 400
        assert ingest_live(shop, live).read == 0
    assert [row[9] for row in events(shop)].count(NOW) == 900
