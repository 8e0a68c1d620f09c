"""A process that is killed, or whose disk is full: what was flushed is there, and what is lost is counted."""

import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from waiting import PATIENCE
from willbuy.store.predictions import daily, read_answers

WRITES = """
import sys
from pathlib import Path
from store.predictions.made_up import NOW, made_up
from willbuy.store.predictions import PredictionLog
log = PredictionLog(Path(sys.argv[1]), days=90, clock=lambda: NOW, interval=0.01)
for number, answer in enumerate(made_up(10**6), 1):
    log.put(answer)
    if number % 50 == 0 and log.flush():
        print(number, flush=True)
"""
FILLS = """
import json, resource, signal, sys, time
from pathlib import Path
from store.predictions.made_up import NOW, made_up
from willbuy.store.predictions import PredictionLog
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
log = PredictionLog(Path(sys.argv[1]), days=90, clock=lambda: NOW, most=2000, interval=0.01)
answers = made_up(10**6)
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))
put = 0
while not log.dropped:
    for _ in range(100):
        log.put(next(answers))
    put += 100
    time.sleep(0.002)
full = log.error
began = time.monotonic()
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
recovered = log.flush(120)
seconds = time.monotonic() - began
log.put(next(answers))
put += 1
log.close()
print(json.dumps([put, log.written, log.dropped, full, recovered, seconds, log.error]))
"""


def start(code: str, home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE, text=True,
                            env={"PYTHONPATH": ":".join(sys.path)})  # fmt: skip


def kill_and_look(home: Path, seconds: float) -> None:
    """Kill a process that logs; everything it had flushed is there, once, and the days add up."""
    with start(WRITES, home) as process:
        assert process.stdout
        process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        said = process.stdout.read().split()
    found = [answer.id for answer in read_answers(home)]
    assert len(set(found)) == len(found) >= int(said[-1] if said else 50)
    assert found == [f"answer-{number}" for number in range(len(found))]
    assert sum(day.answers for day in daily(home)) == len(found)
    db = sqlite3.connect(home / "live" / "predictions.sqlite")
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


@pytest.mark.parametrize("seed", range(3))
def test_what_was_flushed_outlives_a_kill(tmp_path: Path, seed: int) -> None:
    """D11."""
    kill_and_look(tmp_path, random.Random(seed).uniform(0, 0.5))


@pytest.mark.gate
@pytest.mark.parametrize("seed", range(100))
def test_what_was_flushed_outlives_a_hundred_kills(tmp_path: Path, seed: int) -> None:
    """D11."""
    kill_and_look(tmp_path, random.Random(seed).uniform(0, 1))


@pytest.mark.parametrize(
    "within",
    [pytest.param(PATIENCE, id="at all"), pytest.param(5.0, id="within 5 s", marks=pytest.mark.gate)],
)
def test_a_full_disk_is_counted_and_passes(tmp_path: Path, within: float) -> None:
    """D9, D11: what does not fit is counted, and once there is room again the log goes on by itself within 5 s."""
    with start(FILLS, tmp_path) as process:
        output, _ = process.communicate(timeout=300)
    put, written, dropped, full, recovered, seconds, error = json.loads(output)
    assert full and recovered and error is None
    assert seconds <= within
    assert written + dropped == put
    assert len(list(read_answers(tmp_path))) == written == sum(day.answers for day in daily(tmp_path))
