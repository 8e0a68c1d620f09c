"""M1, M4: models are swapped under a real server with clients. No answer fails, none mixes two models, a bad one never comes in."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from made_up_models import bundle_id, make_run
from service.on_postgres import storage
from waiting import until
from willbuy.models.bundle import load_bundle
from willbuy.registry.pointer import Pointer, write_pointer

ROOT = Path(__file__).resolve().parents[2]
SHOP = '[table]\nfiles = ["rows.csv"]\ntarget = "bought"\n[serve]\nrequests_per_minute = 60000000\n'
CLIENTS = 8
RECORD = {f"feature_{place}": place / 3 for place in range(6)}


@dataclass
class Seen:
    """What a client saw: (version, probability) pairs, other answers, and the seconds of each."""

    pairs: set[tuple[str, float]] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def versions(self) -> set[str]:
        """The models that have answered."""
        return {version for version, _ in list(self.pairs)}

    def ask(self, port: int, stop: threading.Event) -> None:
        """Ask one record again and again, over one connection."""
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        body = json.dumps(RECORD)
        while not stop.is_set():
            began = time.perf_counter()
            try:
                connection.request("POST", "/predict", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                content = answer.read()
            except OSError as error:
                self.wrong.append(repr(error))
                return
            self.seconds.append(time.perf_counter() - began)
            if answer.status == 200:
                found = json.loads(content)
                self.pairs.add((found["model_version"], found["purchase_probability"]))
            else:
                self.wrong.append(f"{answer.status} {content[:200]!r}")
        connection.close()


@contextlib.contextmanager
def clients(port: int) -> Iterator[list[Seen]]:
    """Clients that ask until the block ends."""
    seen, stop = [Seen() for _ in range(CLIENTS)], threading.Event()
    threads = [threading.Thread(target=one.ask, args=(port, stop)) for one in seen]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@contextlib.contextmanager
def served(folder: Path, more: str = "", *words: str) -> Iterator[int]:
    """`willbuy serve` on a free port, with more in its shop file, and by further words."""
    (folder / "shop.toml").write_text(SHOP + more, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "willbuy", "serve", "--port", "0", "--json", "--no-load", *words]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            port = int(json.loads(process.stdout.readline())["address"].rpartition(":")[2].strip("/"))
            yield port
        finally:
            process.terminate()
            process.wait(120)


def get(port: int, path: str) -> tuple[int, Any]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, json.loads(content)


def point(home: Path, run: str, token: int) -> None:
    write_pointer(home, Pointer(run, bundle_id(home, run), token, "2026-01-02T00:00:00"))


def version_in_service(port: int) -> str:
    found: str = get(port, "/model")[1]["version"]
    return found


def expected(home: Path, run: str) -> tuple[str, float]:
    row = np.array([list(RECORD.values())])
    bundle = load_bundle(home / "runs" / run / "bundle")
    return bundle.id, float(bundle.predict_proba(row)[0])


def p99(seen: list[Seen]) -> float:
    return float(np.quantile([second for one in seen for second in one.seconds], 0.99))


def swap(home: Path, port: int, runs: list[str], swaps: int, seconds: float, asked: int = 1) -> list[Seen]:
    """Swap so many times within so many seconds, under clients; every swap must have come into effect, by whoever answers."""
    began = time.monotonic()
    with clients(port) as seen:
        for number in range(1, swaps + 1):
            run = runs[number % len(runs)]
            point(home, run, 1 + number)
            wanted = bundle_id(home, run)
            until(lambda wanted=wanted: {version_in_service(port) for _ in range(asked)} == {wanted})
            until(lambda wanted=wanted: any(wanted in one.versions for one in seen))
            time.sleep(max(0.0, began + number * seconds / swaps - time.monotonic()))
    return seen


def check(seen: list[Seen], pairs: set[tuple[str, float]]) -> None:
    assert [words for one in seen for words in one.wrong] == []
    assert set.union(*(one.pairs for one in seen)) == pairs


def test_m4_hot_swaps_fail_no_answer_and_tear_none(tmp_path):
    home = tmp_path / ".willbuy"
    runs = [make_run(home, seed) for seed in (1, 2, 3, 4)]  # more than stay in memory: each swap loads
    point(home, runs[0], 1)
    with served(tmp_path) as port:
        seen = swap(home, port, runs, swaps=6, seconds=3.0)
    check(seen, {expected(home, run) for run in runs})


def test_m4_hot_swaps_of_two_workers(tmp_path: Path, postgres_url: str, postgres_schema: str) -> None:
    home = tmp_path / ".willbuy"
    runs = [make_run(home, seed) for seed in (1, 2, 3, 4)]
    point(home, runs[0], 1)
    with served(tmp_path, storage(postgres_url, postgres_schema), "--workers", "2") as port:
        seen = swap(home, port, runs, swaps=4, seconds=4.0, asked=12)
    check(seen, {expected(home, run) for run in runs})


def test_m1_a_damaged_champion_keeps_the_old_model_ready_and_raises_an_alert(tmp_path):
    home = tmp_path / ".willbuy"
    first, second = make_run(home, 1), make_run(home, 2)
    point(home, first, 1)
    file = home / "runs" / second / "bundle" / "model.npz"
    file.write_bytes(file.read_bytes()[:-7])
    with served(tmp_path) as port:
        point(home, second, 2)
        until(lambda: get(port, "/health")[1]["status"] == "degraded")
        with clients(port) as seen:
            until(lambda: all(len(one.seconds) > 5 or one.wrong for one in seen))
        status, health = get(port, "/health")
        assert (status, health["status"]) == (200, "degraded")
        assert "could not be taken into service" in health["problems"][0]
        assert get(port, "/readyz")[0] == 200
        connection = HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/metrics")
        assert b"willbuy_model_swap_failures_total 1.0" in connection.getresponse().read()
        connection.close()
    check(seen, {expected(home, first)})


@pytest.mark.gate
def test_m4_100_hot_swaps_in_30_seconds_under_8_clients(tmp_path):
    home = tmp_path / ".willbuy"
    runs = [make_run(home, seed, trees=500, width=6) for seed in (1, 2)]
    point(home, runs[0], 1)
    with served(tmp_path) as port:
        with clients(port):
            time.sleep(2)  # warm
        with clients(port) as steady:
            time.sleep(8)
        seen = swap(home, port, runs, swaps=100, seconds=30.0)
    check(seen, {expected(home, run) for run in runs})
    count = sum(len(one.seconds) for one in seen)
    print(f"{count} answers, p99 {1000 * p99(seen):.1f} ms, steady {1000 * p99(steady):.1f} ms")
    assert p99(seen) <= 3 * p99(steady)
