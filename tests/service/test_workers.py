"""Many processes at one port: they answer as one, whatever dies."""

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from service.on_postgres import WORDS, alive, children, kill, moved, schema
from service.serve_process import ENVIRONMENT, Serving, serving, willbuy
from waiting import until
from willbuy.service.gate.keys import add_key
from willbuy.service.moments import utc_now
from willbuy.service.workers.asked import Asked
from willbuy.shop import Common, load_any

STORED = 'willbuy_events_total{outcome="stored"}'
EVENT = {"entity": "ann", "time": "2015-06-02T10:00:00Z", "kind": "view", "item": "7"}


@pytest.fixture(scope="module")
def folder(
    log_shop: Common, tmp_path_factory: pytest.TempPathFactory, postgres_admin: str, postgres_url: str
) -> Iterator[Path]:
    """The log's shop, on the server, by a role that may do nothing but what is its own."""
    with schema(postgres_admin, "workers"):
        yield moved(log_shop, tmp_path_factory.mktemp("workers") / "shop", postgres_url, "workers")


@pytest.fixture(scope="module")
def two(folder: Path) -> Iterator[Serving]:
    """Two workers."""
    with serving(folder, *WORDS, "--workers", "2") as service:
        yield service


SENT: Counter[tuple[str, str, int]] = Counter()
"""How often a service has answered (its address, the path, the status) since it was started."""


def ask(service: Serving, method: str, path: str, **more: object) -> httpx.Response:
    """Ask over a connection of its own, which either worker may take."""
    found = httpx.request(method, f"{service.url}{path}", timeout=30, **more)  # type: ignore[arg-type]
    SENT[service.url, path, found.status_code] += 1
    return found


def count(service: Serving, line: str) -> float:
    """A number of /metrics."""
    page = ask(service, "GET", "/metrics").text.splitlines()
    return next((float(one.split()[-1]) for one in page if one.startswith(line)), 0.0)


def told(service: Serving) -> int:
    """How many stored events the workers have told each other of: what outlives them."""
    shared = Asked.of(_argument(children(service.process.pid)[0])).folder
    counts = (json.loads(file.read_bytes()) for file in shared.glob("counts-*.json"))
    return sum(one["events"].get("stored", 0) for one in counts)


def _argument(process: int) -> str:
    """The last argument of a process."""
    return Path(f"/proc/{process}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")[-1].decode()


def send(service: Serving, event_id: str, entity: str = "ann") -> dict[str, object]:
    found = ask(service, "POST", "/events", json={**EVENT, "entity": entity, "event_id": event_id})
    return found.json()  # type: ignore[no-any-return]


def test_it_says_how_many_answer(two: Serving) -> None:
    assert "2 workers" in two.said
    assert len(children(two.process.pid)) == 2


def test_d5_an_id_is_one_event_in_all_of_them(two: Serving) -> None:
    accepted = [send(two, "one")["accepted"] for _ in range(20)]
    assert sorted(accepted) == [0] * 19 + [1]
    other = ask(two, "POST", "/events", json={**EVENT, "item": "8", "event_id": "one"})
    assert other.status_code == 409


def test_what_one_stored_every_one_answers(two: Serving) -> None:
    for number in range(1, 21):
        assert send(two, f"fresh-{number}", "fresh")["accepted"] == 1
        assert ask(two, "GET", "/visitors/fresh/score").json()["events"] == number


def test_the_metrics_are_the_sum_over_all(two: Serving) -> None:
    """What either says becomes what all of them have answered since the start; it may lag behind, so nothing is subtracted."""
    line = 'willbuy_http_requests_total{method="POST",route="/events",status="202"}'
    for number in range(40):
        send(two, f"counted-{number}")
    all_sent = SENT[two.url, "/events", 202]
    until(lambda: {count(two, line) for _ in range(10)} == {all_sent})
    assert count(two, "willbuy_model_loaded ") == 1.0


def test_erasing_holds_for_all_of_them_at_once(two: Serving) -> None:
    for number in range(4):
        send(two, f"gone-{number}", "gone")
    assert all(ask(two, "GET", "/visitors/gone").json()["total"] == 4 for _ in range(8))
    assert ask(two, "DELETE", "/visitors/gone").status_code == 202
    assert {ask(two, "GET", "/visitors/gone").status_code for _ in range(12)} == {404}
    assert {send(two, f"later-{number}", "gone")["suppressed"] for number in range(12)} == {1}


def test_a_worker_that_dies_is_started_anew(folder: Path) -> None:
    with serving(folder, *WORDS, "--workers", "2") as service:
        before = children(service.process.pid)
        for number in range(10):
            send(service, f"before-{number}")
        until(lambda: told(service) == 10)  # a worker takes with it what it has not told
        kill(before[0])
        until(lambda: len(set(children(service.process.pid)) - set(before)) == 1)
        kill(before[1])  # from here on only the new one can answer
        for number in range(10):
            assert send(service, f"after-{number}")["accepted"] == 1
        until(lambda: count(service, STORED) == 20)
        until(lambda: len(set(children(service.process.pid)) - set(before)) == 2)
        service.stop()
    assert service.code == 0
    assert sum("started anew" in one for one in service.errors) == 2


def test_the_log_has_what_all_of_them_answered(two: Serving, folder: Path) -> None:
    send(two, "logged", "logged")
    answered = [ask(two, "GET", "/visitors/logged/score").json() for _ in range(20)]
    assert len(answered) == 20

    def logged() -> int:
        done = willbuy(folder, "log", "--output", "answers.csv", "--json")
        assert done.returncode == 0, done.stderr
        return (folder / "answers.csv").read_text().count(",logged,")

    until(lambda: logged() == 20)


def test_the_commands_reach_what_is_served(two: Serving, folder: Path) -> None:
    send(two, "erased-1", "erased")
    assert willbuy(folder, "erase", "erased", "--json").returncode == 0
    assert {ask(two, "GET", "/visitors/erased").status_code for _ in range(8)} == {404}
    found = willbuy(folder, "expire", "--json")
    assert json.loads(found.stdout)["live"] == 0, found.stderr
    backed = willbuy(folder, "backup", "copy")
    assert "pg_dump" in backed.stdout


def test_a_rate_holds_over_all_of_them(
    folder: Path, tmp_path: Path, log_shop: Common, postgres_url: str
) -> None:
    """A8: one request a minute; with a rate for each process it would be one for each."""
    place = moved(log_shop, tmp_path / "shop", postgres_url, "workers")
    text = (place / "shop.toml").read_text()
    (place / "shop.toml").write_text(text + "\n[serve]\nrequests_per_minute = 1\n")
    token = add_key(load_any(place / "shop.toml").home, "tester", ["read"], utc_now(), "tests")
    with serving(place, *WORDS, "--workers", "2") as service:
        headers = {"authorization": f"Bearer {token}"}
        began = time.monotonic()
        answers = [ask(service, "GET", "/model", headers=headers).status_code for _ in range(12)]
        minutes = (time.monotonic() - began) / 60
    assert set(answers) == {200, 429}
    assert answers.count(200) <= 1 + minutes


def test_told_to_stop_before_they_answer_it_ends_them(folder: Path) -> None:
    command = [sys.executable, "-m", "willbuy", "serve", "--port", "0", *WORDS, "--workers", "2"]
    with subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL) as process:
        until(lambda: len(children(process.pid)) == 2)
        workers = children(process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0
    assert not any(alive(one) for one in workers)


def refused(folder: Path, *words: str) -> str:
    done = willbuy(folder, "serve", "--port", "0", *WORDS, *words)
    assert done.returncode == 2
    assert done.stderr.count("\n") <= 4
    return done.stderr


def test_files_have_one_worker(log_shop: Common) -> None:
    assert 'engine = "postgres"' in refused(log_shop.folder, "--workers", "2")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_that_is_not_there_is_one_line(log_shop: Common, tmp_path: Path, workers: str) -> None:
    nowhere = f"postgresql://ann@/shops?host={tmp_path}"
    folder = moved(log_shop, tmp_path / "shop", nowhere, "nowhere")
    assert "no connection to PostgreSQL" in refused(folder, "--workers", workers)


def test_all_end_with_the_one_that_started_them(folder: Path) -> None:
    with serving(folder, *WORDS, "--workers", "2") as service:
        workers = children(service.process.pid)
        kill(service.process.pid)
        service.process.communicate()
        service.code = -9
        until(lambda: not any(alive(one) for one in workers))
