"""D1: a store that is killed under load has every acknowledged event, once, and all that it counts is right."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from store import under_load
from store.arrivals import START
from waiting import until
from willbuy.features.live.event import Event
from willbuy.features.live.item_facts import item_facts_at
from willbuy.store import Store
from willbuy.store.database import events_file
from willbuy.store.rows import EVENT, to_event


def kill_under_load(home: Path, journal: Path, merge_at: int, seconds: float) -> None:
    """Start a process that stores events, let it run, kill it as the system would."""
    command = [sys.executable, under_load.__file__, str(home), str(journal), "8", str(merge_at)]
    environment = {**os.environ, "PYTHONPATH": ":".join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"sending\n"
        before = sum(under_load.acknowledged(journal).values())
        until(lambda: sum(under_load.acknowledged(journal).values()) > before + 50)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL


def assert_whole(home: Path, journal: Path, merge_at: int) -> int:
    """Nothing acknowledged is lost, nothing is there twice, every answer equals a recount of the file; returns how many."""
    with closing(sqlite3.connect(events_file(home / "live"))) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = db.execute(f"SELECT entity, event_id, {EVENT} FROM events ORDER BY seq").fetchall()
    ids = Counter(row[1] for row in rows)
    assert set(ids.values()) <= {1}
    lost = [
        f"{client}-{number}"
        for client, newest in under_load.acknowledged(journal).items()
        for number in range(1, newest + 1)
        if f"{client}-{number}" not in ids
    ]
    assert lost == []
    with Store(home, merge_at=merge_at) as store:
        store.use(under_load.FEATURES)
        by_entity: dict[str, list[Event]] = {}
        for row in rows:
            by_entity.setdefault(row[0], []).append(to_event(row[2:], row[1]))
        for entity, expected in by_entity.items():
            assert [stored.event for stored in store.events(entity)] == expected
            assert len(store.timeline(entity)) == len(expected)
        events = [event for found in by_entity.values() for event in found]
        for moment in (START + timedelta(days=1), START + timedelta(minutes=90)):
            expected_facts = item_facts_at(
                under_load.FEATURES.facts, events, moment, under_load.FEATURES.clock
            )
            for item, facts in expected_facts.items():
                assert store.facts(moment).get(item) == facts
    return len(rows)


def kill_and_look(tmp_path: Path, kills: int, seed: int) -> None:
    draw = random.Random(seed)
    journal, stored = tmp_path / "journal", 0
    tmp_path.mkdir(exist_ok=True)
    for _ in range(kills):
        merge_at = draw.choice([20, 300, 50_000])
        kill_under_load(tmp_path / "home", journal, merge_at, draw.uniform(0.0, 0.5))
        now = assert_whole(tmp_path / "home", journal, merge_at)
        assert now >= stored
        stored = now
    assert sum(under_load.acknowledged(journal).values()) > 50 * kills


def test_d1_five_kills_under_load(tmp_path: Path) -> None:
    kill_and_look(tmp_path, kills=5, seed=1)


@pytest.mark.gate
def test_d1_a_hundred_kills_under_load(tmp_path: Path) -> None:
    for seed in range(10):
        kill_and_look(tmp_path / str(seed), kills=10, seed=seed)
