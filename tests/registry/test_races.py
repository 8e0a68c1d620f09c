"""M6: two promoters at once. One promotion each, tokens rise, and one that was asleep is fenced off."""

import os
import signal
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

import pytest

from made_up_models import bundle_id, empty_shop, make_run
from willbuy import audit
from willbuy.errors import RegistryError
from willbuy.registry.lease import lease
from willbuy.registry.pointer import Named, Pointer, read_pointer, write_pointer
from willbuy.registry.promote import promote
from willbuy.registry.rollback import rollback

SCRIPT = Path(__file__).with_name("promoter.py")
ROOT = Path(__file__).resolve().parents[2]
MOMENT = datetime(2026, 1, 2)


def promoter(folder: Path, run: str, *more: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    started = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(folder), run, *(more or ("30",))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert started.stdout.readline() == "ready\n"
    return started


def go(process: "subprocess.Popen[str]") -> None:
    process.stdin.write("\n")
    process.stdin.flush()


def race(folder: Path) -> None:
    home = empty_shop(folder).home
    runs = [make_run(home, seed) for seed in (1, 2)]
    two = [promoter(folder, run) for run in runs]
    for one in two:
        go(one)
    said = [one.communicate(timeout=60)[0] for one in two]
    assert [one.returncode for one in two] == [0, 0], said
    tokens = [int(words.split()[-1]) for words in said]
    assert sorted(tokens) == [1, 2]
    last = read_pointer(home)
    assert (last.token, last.run) == (2, runs[tokens.index(2)])
    assert last.earlier == (Named(runs[tokens.index(1)], bundle_id(home, runs[tokens.index(1)])),)
    assert [line.what["token"] for line in audit.lines(home)] == [1, 2]
    assert audit.verify(home) == []


def test_m6_a_race_of_two_promoters(tmp_path):
    race(tmp_path)


@pytest.mark.gate
@pytest.mark.parametrize("number", range(20))
def test_m6_20_races(tmp_path, number):
    race(tmp_path)


def test_m6_a_promoter_that_was_asleep_is_fenced_off(tmp_path):
    home = empty_shop(tmp_path).home
    first, second = make_run(home, 1), make_run(home, 2)
    asleep = promoter(tmp_path, first, "30", "stop")
    go(asleep)
    for line in asleep.stdout:
        if "golden rows hold" in line:
            break
    os.waitid(os.P_PID, asleep.pid, os.WSTOPPED | os.WNOWAIT)
    other = promoter(tmp_path, second, "0.5")
    go(other)
    assert "token 2" in other.communicate(timeout=60)[0]
    before = (home / "registry" / "champion.json").read_bytes()
    asleep.send_signal(signal.SIGCONT)
    said = asleep.communicate(timeout=60)[0]
    assert asleep.returncode == 2
    assert "another promotion came first (token 2, this one had 1)" in said
    assert (home / "registry" / "champion.json").read_bytes() == before
    assert [line.what["run"] for line in audit.lines(home)] == [second]


def test_m6_a_promoter_that_died_holds_nobody_up(tmp_path):
    home = empty_shop(tmp_path).home
    first, second = make_run(home, 1), make_run(home, 2)
    died = promoter(tmp_path, first, "30", "stop")
    go(died)
    os.waitid(os.P_PID, died.pid, os.WSTOPPED | os.WNOWAIT)
    died.kill(), died.communicate()
    done = promote(empty_shop(tmp_path), second, "ann", MOMENT, patience=3600.0)
    assert (done.pointer.run, done.pointer.token) == (second, 2)
    assert audit.verify(home) == []


def test_a_rollback_waits_for_nobody_and_fences_a_promotion_under_way(tmp_path):
    shop = empty_shop(tmp_path)
    runs = [make_run(shop.home, seed) for seed in (1, 2, 3)]
    earlier = Named(runs[0], bundle_id(shop.home, runs[0]))
    write_pointer(shop.home, Pointer(runs[1], bundle_id(shop.home, runs[1]), 1, "m", None, (earlier,)))
    with lease(shop.home) as held:
        assert rollback(shop, "bob", MOMENT).run == runs[0]
        with pytest.raises(RegistryError, match="another promotion came first"):
            held.commit(lambda now: now.promoted(earlier, held.token, "m"), lambda _: None)
    assert read_pointer(shop.home).token == 3


def test_tokens_rise_however_many_take_them(tmp_path):
    tokens: list[int] = []

    def take() -> None:
        for _ in range(5):
            with lease(tmp_path) as held:
                tokens.append(held.token)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tokens == list(range(1, 21))


def test_what_a_killed_promoter_left_is_cleared_away(tmp_path):
    with lease(tmp_path):
        pass
    for name in (".champion.json.x1", ".token.x2"):
        (tmp_path / "registry" / name).write_text("half")
    with lease(tmp_path):
        pass
    assert {file.name for file in (tmp_path / "registry").iterdir()} == {"token", "lease.lock", "commit.lock"}
