"""D1: kill -9 under load. What was acknowledged is there, once, and every answer about a visitor counts it."""

import asyncio
import shutil
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.senders import Senders
from service.serve_process import Serving, serving
from willbuy.shop import Common
from willbuy.store.database import events_file

WORDS = ("--run", "0001", "--allow-unproven", "--no-load")


def copied(shop: Common, folder: Path) -> Path:
    """The shop with its run, without what other tests left in its store."""
    shutil.copytree(shop.folder, folder, ignore=shutil.ignore_patterns("live", "events.csv"))
    return folder


async def killed_under_load(folder: Path, kills: int, seconds: float) -> Senders:
    """Serve, send, kill, again; at the end the service is stopped in peace."""
    senders = Senders()
    sending: asyncio.Task[Any] | None = None
    for turn in range(kills + 1):
        with serving(folder, *WORDS) as service:
            senders.url = service.url
            sending = sending or asyncio.create_task(senders.run())
            before = len(senders.acknowledged)
            while len(senders.acknowledged) < before + 100 and not sending.done():
                await asyncio.sleep(0.02)
            await asyncio.sleep(seconds * (turn % 3))
            if turn < kills:
                kill(service)
            else:
                senders.stopping = True
                await sending
                check_answers(service, senders)
    return senders


def kill(service: Serving) -> None:
    """Kill -9."""
    service.process.kill()
    service.process.communicate()
    service.code = -9


def check_answers(service: Serving, senders: Senders) -> None:
    """What is said of each visitor counts every acknowledged event, once."""
    expected = Counter(senders.acknowledged.values())
    found = {}
    with httpx.Client(base_url=service.url, timeout=30) as client:
        for visitor in expected:
            found[visitor] = client.get(f"/visitors/{visitor}").json()["total"]
    assert found == expected


def check_file(home: Path, senders: Senders) -> None:
    """The store's own file: whole, with every acknowledged event, and none twice."""
    with sqlite3.connect(events_file(home / "live")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        stored = Counter(event_id for (event_id,) in db.execute("SELECT event_id FROM events"))
    assert set(senders.acknowledged) == set(stored)
    assert set(stored.values()) == {1}


def killed(shop: Common, folder: Path, kills: int) -> None:
    copy = copied(shop, folder)
    senders = asyncio.run(killed_under_load(copy, kills, 0.1))
    assert senders.refused == []
    assert senders.again >= kills, "no client lost its connection: nothing was killed"
    assert len(senders.acknowledged) > 100 * kills
    check_file(copy / ".willbuy", senders)


def test_d1_four_kills_under_load(log_shop: Common, tmp_path: Path) -> None:
    killed(log_shop, tmp_path / "shop", 4)


@pytest.mark.gate
def test_d1_100_kills_under_load(log_shop: Common, tmp_path: Path) -> None:
    killed(log_shop, tmp_path / "shop", 100)
