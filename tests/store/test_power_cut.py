"""D4: a power cut takes nothing that was acknowledged, and leaves a file that is whole."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from store.disk_of_a_trace import Act, Disk, acts_of
from willbuy.store import Store
from willbuy.store.database import events_file

SENDS = """
import os, sys
from pathlib import Path
from store.arrivals import arrival, store_them
from willbuy.store import Store, database
database.CHECKPOINT_PAGES = 40  # often, so that cuts fall into checkpoints as well
with Store(Path(sys.argv[1]), merge_at=25) as store:
    for number in range(0, int(sys.argv[2]), 2):
        store_them(store, [arrival(f"v{n % 7}", n, f"e{n}") for n in (number, number + 1)])
        os.write(1, b"acknowledged")
    os._exit(0)
"""
CALLS = "trace=fdatasync,fsync,write,pwrite64,ftruncate,unlink"


def trace_of(tmp_path: Path, events: int) -> list[Act]:
    """What a process did that stored events, two at a time."""
    if shutil.which("strace") is None:
        pytest.skip("D4 needs strace, and there is none here")
    trace = tmp_path / "trace"
    command = [
        "strace",
        "-f",
        "-y",
        "-xx",
        "-s",
        "200000",
        "-e",
        CALLS,
        "-o",
        str(trace),
        sys.executable,
        "-c",
        SENDS,
    ]
    done = subprocess.run([*command, str(tmp_path / "home"), str(events)], capture_output=True, check=False,
                          env={**os.environ, "PYTHONPATH": ":".join(sys.path)})  # fmt: skip
    if b"Operation not permitted" in done.stderr:
        pytest.skip("D4 needs to trace a process, which is not permitted here")
    assert done.stdout.count(b"acknowledged") == events // 2, done.stderr
    folder = str(tmp_path / "home" / "live")
    with trace.open(encoding="ascii") as lines:
        return [
            act
            for act in acts_of(lines)
            if act.name == "acknowledged" or act.path.startswith(f"{folder}/events")
        ]


def cut_and_look(tmp_path: Path, events: int, cuts: int, seed: int) -> None:
    acts = trace_of(tmp_path, events)
    names = [act.name for act in acts]
    assert names.count("sync") > events // 2
    first = names.index("acknowledged")
    draw = random.Random(seed)
    places = sorted(draw.randrange(first, len(acts)) for _ in range(cuts))
    disk, acknowledged, done = Disk(), 0, 0
    for number, place in enumerate(places):
        for act in acts[done:place]:
            if act.name == "acknowledged":
                acknowledged += 2
            else:
                disk.do(act)
        done = place
        after_a_cut(tmp_path / str(number), disk, acknowledged, draw)
    assert acknowledged > events // 2


def after_a_cut(home: Path, disk: Disk, acknowledged: int, draw: random.Random) -> None:
    folder = home / "live"
    folder.mkdir(parents=True)
    for name, content in disk.after_a_cut(draw).items():
        if not name.endswith("-shm"):  # not on any disk: SQLite makes it again
            (folder / name).write_bytes(content)
    with Store(home, merge_at=25) as store:
        held = sorted(
            int(str(stored.event.event_id)[1:]) for n in range(7) for stored in store.events(f"v{n}")
        )
    assert held == list(range(len(held)))
    assert len(held) >= acknowledged
    with closing(sqlite3.connect(events_file(folder))) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    shutil.rmtree(home)


def test_d4_thirty_power_cuts(tmp_path: Path) -> None:
    cut_and_look(tmp_path, events=300, cuts=30, seed=1)


@pytest.mark.gate
def test_d4_two_hundred_power_cuts(tmp_path: Path) -> None:
    cut_and_look(tmp_path, events=1_000, cuts=200, seed=2)
