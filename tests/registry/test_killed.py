"""M7: killed at every system call of a promotion, the pointer is the old or the new one, never neither."""

import os
import shutil
import signal
import subprocess
import sys
import warnings
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from willbuy import audit
from willbuy.registry.lease import lease
from willbuy.registry.pointer import Named, Pointer, read_pointer, write_pointer

SCRIPT = Path(__file__).with_name("changer.py")
ROOT = Path(__file__).resolve().parents[2]
OLD = Pointer("0001", "a" * 64, 1, "2026-01-01T00:00:00")


def strace(home: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = ["strace", *options, sys.executable, str(SCRIPT), str(home)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def calls(tmp_path) -> list[tuple[str, int, str]]:
    """The system calls of a promotion: each one's name, the how manieth of that name it is in the process, the whole line."""
    if shutil.which("strace") is None:
        warnings.warn("M7 was not tested: there is no strace here", stacklevel=2)
        pytest.skip("no strace here: a kill between two system calls cannot be tried")
    home = fresh(tmp_path / "dry")
    done = strace(home, "-o", str(tmp_path / "calls"))
    if done.returncode:
        warnings.warn(f"M7 was not tested: strace may not trace here: {done.stderr[:200]}", stacklevel=2)
        pytest.skip("strace may not trace here")
    every = (tmp_path / "calls").read_text().splitlines()
    begin = next(number for number, call in enumerate(every) if "/begin" in call)
    ending = (number for number, call in enumerate(every) if "rt_sigaction(SIGINT" in call and number > begin)
    end = next(ending, len(every))  # where SIGINT is ignored, as behind nohup, Python's end leaves it alone
    counts: Counter[str] = Counter()
    found = []
    for call in every:
        name = call.partition("(")[0]
        counts[name] += 1
        found.append((name, counts[name], call))
    return found[begin:end]


def fresh(home: Path) -> Path:
    shutil.rmtree(home, ignore_errors=True)
    write_pointer(home, OLD)
    return home


def kill_at(home: Path, call: tuple[str, int, str]) -> str:
    """Kill the promotion before a system call; says whether the pointer is the old or the new one, and that all goes on."""
    fresh(home)
    name, number, _ = call
    done = strace(home, "-o", os.devnull, "-e", f"inject={name}:signal=SIGKILL:when={number}")
    found = read_pointer(home)
    new = Pointer("0002", "b" * 64, 2, "2026-01-02T00:00:00", None, (OLD.champion,))
    assert found in (OLD, new), call
    assert audit.verify(home) == [], call
    acts = list(audit.lines(home))
    assert len(acts) <= 1
    assert found == OLD or acts, call  # no change without its line
    with lease(home, patience=0.0) as held:
        assert held.token > found.token
        held.commit(
            lambda now: now.promoted(Named("0003", "c" * 64), held.token, "m"),
            lambda pointer: audit.append(home, datetime(2026, 1, 3), "bob", "promote", token=pointer.token),
        )
    assert audit.verify(home) == [], call
    assert read_pointer(home).run == "0003"
    killed = done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
    return "whole" if not killed else "old" if found == OLD else "new"


def test_m7_killed_around_the_rename(tmp_path, calls):
    """A few of the calls: around the pointer's own rename, where it matters most."""
    names = [name for name, *_ in calls]
    rename = next(
        place
        for place, call in enumerate(calls)
        if call[0].startswith("rename") and '/champion.json"' in call[2]
    )
    assert names[rename - 3 :].count("fsync") >= 2  # the content before it bears the name, the folder after
    found = [kill_at(tmp_path / "home", call) for call in calls[rename - 3 : rename + 3]]
    assert found == ["old"] * 4 + ["new"] * 2


@pytest.mark.gate
def test_m7_killed_at_every_system_call(tmp_path, calls):
    found = [kill_at(tmp_path / "home", call) for call in calls]
    print(f"{len(found)} kills: {found.count('old')} old, {found.count('new')} new")
    assert found.count("old") > 30
    assert found.count("new") >= 3
    assert found == sorted(found, reverse=True)  # first all the old ones, then all the new ones
