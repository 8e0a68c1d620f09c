"""D7 for what changes a log on PostgreSQL: live events and an erasure, killed at any point, or the server is; run again, all is as on DuckDB."""

import json
import os
import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from events.live_rows import Lines
from events.postgres import killed
from events.postgres.test_killed import as_process, visible
from events.postgres.twins import assert_twins, twin
from events.shops import shop_at, some_rows, write_log
from postgres import PostgresServer
from privacy.test_on_server import tables_that_say
from willbuy.errors import WillbuyError
from willbuy.events import blocks, live_source
from willbuy.events.ingest import ingest, ingest_live
from willbuy.privacy.erase import finish
from willbuy.privacy.plan import pending
from willbuy.shop import Shop

NOW = datetime(2026, 1, 2)
ROWS = [
    row if number % 25 else killed.CANARY + row[row.index(",") :]
    for number, row in enumerate(some_rows(1500, people=400))
]


@pytest.fixture
def shop(tmp_path: Path, postgres_url: str, postgres_schema: str, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop whose file is in the log, on both sides; live events wait, of which the file holds some. Parts are small."""
    monkeypatch.setattr(blocks, "SMALLEST_BLOCK", 1 << 13)
    monkeypatch.setattr(live_source, "LEAST_A_PART", 100)
    write_log(tmp_path / "a.csv", ROWS[:900])
    write_log(tmp_path / killed.LIVE, ROWS[600:], header=None)
    found = twin(tmp_path, postgres_url, postgres_schema)
    (tmp_path / killed.SHOP).write_text(found.model_dump_json(exclude_none=True))
    for one in (shop_at(tmp_path), found):
        ingest(one, [str(tmp_path / "a.csv")])
    return found


def points_of(shop: Shop, what: str) -> int:
    """How many points a run to the end has."""
    done = as_process(shop.folder, -1, what)
    assert done.returncode == 0, done.stderr
    return int(json.loads(done.stdout)["points"])


def live_killed(shop: Shop, url: str, schema: str, points: list[int]) -> int:
    """Killed again and again, each time with more live events; each time a later run ends it. Returns how often it died."""
    lines = (shop.folder / killed.LIVE).read_text().splitlines()
    died = 0
    for number, point in enumerate(points, 1):
        some = lines[: len(lines) * number // len(points)]
        write_log(shop.folder / killed.LIVE, some, header=None)
        before = visible(url, schema)
        done = as_process(shop.folder, point, "live")
        assert done.returncode in (0, -9), done.stderr
        died += done.returncode == -9
        seen = visible(url, schema)
        assert seen == before or len(seen["sources"]) == len(before["sources"]) + 1  # nothing, or all of it
        for one in (shop_at(shop.folder), shop):
            ingest_live(one, Lines.of(some))
            assert ingest_live(one, Lines.of(some)).read == 0
        assert_twins(shop_at(shop.folder), url, schema)
    return died


def test_live_events_killed_and_resumed(shop: Shop, postgres_url: str, postgres_schema: str) -> None:
    assert live_killed(shop, postgres_url, postgres_schema, [25, 90, 240]) == 3


@pytest.mark.gate
def test_live_events_killed_at_fifty_points(shop: Shop, postgres_url: str, postgres_schema: str) -> None:
    chance = random.Random(5)
    points = [chance.randint(1, 280) for _ in range(50)]
    assert live_killed(shop, postgres_url, postgres_schema, points) > 40


def erasing_killed(shop: Shop, url: str, schema: str, points: list[int]) -> int:
    """An erasure killed again and again, then ended by the next command. Returns how often it died."""
    one = shop_at(shop.folder)
    died = sum(as_process(shop.folder, point, "erase").returncode == -9 for point in points)
    assert len(pending(shop.home)) == 1
    finish(shop, NOW)
    killed.carry_out(one, "erase")
    assert tables_that_say(url, schema, killed.CANARY) == []
    assert_twins(one, url, schema)
    return died


def test_an_erasure_killed_and_ended(shop: Shop, postgres_url: str, postgres_schema: str) -> None:
    """P2: kill -9 midway."""
    for engine in (shop, shop_at(shop.folder)):
        ingest_live(engine, Lines.of((shop.folder / killed.LIVE).read_text().splitlines()))
    assert erasing_killed(shop, postgres_url, postgres_schema, [20, 45, 70]) == 3


@pytest.mark.gate
def test_an_erasure_killed_at_every_point(
    tmp_path: Path, postgres_url: str, postgres_schema: str, shop: Shop
) -> None:
    """P2: each time the visitor has come again, by another name."""
    died = 0
    for point in range(1, 120, 3):
        name = f"canary{point:03d}x"
        rows = [name + row[row.index(",") :] for row in some_rows(60, seed=point)]
        path = write_log(tmp_path / f"{point}.csv", [*rows, *some_rows(50, seed=point + 500)])
        for one in (shop, shop_at(tmp_path)):
            ingest(one, [str(path)])
        died += as_process(tmp_path, point, "erase", name).returncode == -9
        if not pending(shop.home):
            as_process(tmp_path, -1, "erase", name)
        finish(shop, NOW)
        killed.carry_out(shop_at(tmp_path), "erase", name)
        assert tables_that_say(postgres_url, postgres_schema, name) == []
        assert_twins(shop_at(tmp_path), postgres_url, postgres_schema)
    assert died > 20


def dies_at(
    point: int, server: PostgresServer, monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]
) -> None:
    """The server is killed at a point of some work, which says so in one line; then it comes back."""
    with monkeypatch.context() as patched:
        for kind, name in ((psycopg.Connection, "execute"), (psycopg.Copy, "write")):
            patched.setattr(kind, name, getattr(kind, name))  # put back what is replaced next

        def kill(number: int) -> None:
            if number == point:
                server.kill()

        passed = killed.at_every_point(kill)
        try:
            work()
        except WillbuyError as error:
            assert "\n" not in str(error)
        assert len(passed) >= point
    server.again()


def test_the_server_dies_and_comes_back(
    shop: Shop,
    postgres_server: PostgresServer,
    postgres_url: str,
    postgres_schema: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In mid-ingest of live events, then in mid-erasure: what was staged is made again, and nothing is half done."""
    if os.environ.get("WILLBUY_TEST_POSTGRES"):
        pytest.skip("this test kills its server, and does so to no server that was lent to it")
    one = shop_at(shop.folder)
    for point in (60, 140):
        dies_at(point, postgres_server, monkeypatch, lambda: killed.carry_out(shop, "live"))
    for each in (shop, one):
        killed.carry_out(each, "live")
    assert_twins(one, postgres_url, postgres_schema)
    dies_at(60, postgres_server, monkeypatch, lambda: killed.carry_out(shop, "erase"))
    finish(shop, NOW)
    killed.carry_out(one, "erase")
    assert_twins(one, postgres_url, postgres_schema)
