"""The service under load, beside the published way: `python benchmarks/http.py [--json] [--docs] [--small]`.

Server and client share the machine's two cores; each server is one process. The rival is FastAPI with a typed body, a
DataFrame of one row and `predict_proba`, with the same 500 trees of depth 4. Rounds alternate; ratios are of one round.
Made ready once (a log of 2.8 M events, a shop, a model: a minute or two), it takes about five minutes.
"""

import sys
from pathlib import Path

if __package__ in (None, ""):  # run by its path: this folder must not hide the library's own `http`
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.house import data, page
from benchmarks.house.claims import Claim
from benchmarks.house.in_turn import in_turn
from benchmarks.house.measure import ROOT, SideFailed, ask
from benchmarks.house.servers import Running, served

RESULT = ROOT / "bench-results" / "http.json"
DOCS = ROOT / "docs" / "benchmarks.md"
MARKS = ("<!-- figures: written by `benchmarks/http.py` -->", "<!-- end of the service's figures -->")
WITH_EVENTS = 200  # visitors with 50 events each
SLICES = 6  # of a round, in which our sides take turns
LOGGED_SECONDS = 0.3  # after a load, until its answers are in the log: what that costs is the load's
READY_SECONDS = 300.0
Say = Callable[[str], None]


def load(port: int, requests: Sequence[Any], connections: int, seconds: float) -> dict[str, Any]:
    """A load from a process of its own."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(requests, file)
        file.flush()
        words = ("--requests", file.name, "--connections", str(connections), "--seconds", str(seconds))
        return ask("benchmarks.house.load", str(port), *words)


def measured(server: Running, requests: Sequence[Any], connections: int, seconds: float) -> dict[str, Any]:
    """A load with what it cost the server. Raises SideFailed where an answer was no success."""
    before = server.cpu()
    found = load(server.port, requests, connections, seconds)
    time.sleep(LOGGED_SECONDS)
    if set(found["statuses"]) - {"200", "202"}:
        raise SideFailed(f"answers with other statuses than success: {found['statuses']}")
    return {**found, "cpu_us": 1e6 * (server.cpu() - before) / found["answers"]}


def records(run: Path) -> list[tuple[str, str, str]]:
    """Requests of POST /predict, flat records."""
    said = json.loads((run / "records.json").read_text(encoding="utf-8"))
    rows = (dict(zip(said["names"], row, strict=True)) for row in said["rows"])
    return [("POST", "/predict", json.dumps({"customer_id": "c{n}", **row})) for row in rows]


def event(visitor: str, event_id: str, item: int, moment: int) -> dict[str, Any]:
    """An event under the shop's own names."""
    return {
        "timestamp": moment,
        "visitorid": visitor,
        "event": "view",
        "itemid": str(item),
        "event_id": event_id,
    }


def fill(port: int, tag: str) -> None:
    """Give some visitors 50 events each."""
    now = 1000 * int(time.time()) - 86_400_000
    for first in range(0, WITH_EVENTS, 20):
        visitors = range(first, first + 20)
        events = [
            event(f"bench-{visitor}", f"{tag}-{visitor}-{number}", number % 17, now + 60_000 * number)
            for visitor in visitors
            for number in range(50)
        ]
        load(port, [("POST", "/events", json.dumps(events))], 1, 0.0)


def scores(
    run: Path, ours: Running, rival: Running, rounds: int, seconds: float, say: Say
) -> dict[str, list[dict[str, Any]]]:
    """POST /predict of both over 1 and 32 connections, in turn."""
    asked = records(run)
    sides = {"rival": rival, "ours": ours}
    found: dict[str, list[dict[str, Any]]] = {f"{name} c{n}": [] for n in (1, 32) for name in sides}
    for turn in range(rounds):
        for connections in (1, 32):
            for name in list(sides)[:: 1 if turn % 2 == 0 else -1]:
                one = measured(sides[name], asked, connections, seconds)
                found[f"{name} c{connections}"].append(one)
                say(_line(f"{name}, {connections} connections", one))
    return found


def beside_constants(
    run: Path, ours: Running, rounds: int, seconds: float, say: Say
) -> dict[str, list[dict[str, Any]]]:
    """POST /predict of ours in slices, in turn with a constant answer to the same record, and with one to a body unread."""
    paths = {"ours, in turn": "/predict", "constant": "/constant", "constant, body unread": "/bare"}
    asked = {name: [("POST", path, body) for _, _, body in records(run)] for name, path in paths.items()}
    found: dict[str, list[dict[str, Any]]] = {f"{name} c{n}": [] for n in (1, 32) for name in paths}
    for _ in range(rounds):
        for connections in (1, 32):
            loads = {
                name: partial(measured, ours, requests, connections, seconds / 4)
                for name, requests in asked.items()
            }
            for name, one in in_turn(loads, SLICES).items():
                found[f"{name} c{connections}"].append(one)
                say(_line(f"{name}, {connections} connections", one))
    return found


def events_and_visitors(
    ours: Running, rounds: int, seconds: float, say: Say
) -> dict[str, list[dict[str, Any]]]:
    """Scores of visitors with 50 events; events one by one over 24 connections, and in batches of 500."""
    tag = f"{time.time_ns():x}"
    fill(ours.port, tag)
    visitors = [("GET", f"/visitors/bench-{visitor}/score", None) for visitor in range(WITH_EVENTS)]
    now = 1000 * int(time.time())
    found: dict[str, list[dict[str, Any]]] = {
        "visitors c1": [],
        "visitors c32": [],
        "singles": [],
        "batches": [],
    }
    for turn in range(rounds):
        single = json.dumps(event("{n}", f"{tag}{turn}-{{n}}", 7, now))
        batch = json.dumps([event(f"{{n}}-{k}", f"{tag}{turn}b-{{n}}-{k}", k, now) for k in range(500)])
        for name, requests, connections in (
            ("visitors c1", visitors, 1),
            ("visitors c32", visitors, 32),
            ("singles", [("POST", "/events", single)], 24),
            ("batches", [("POST", "/events", batch)], 2),
        ):
            one = measured(ours, requests, connections, seconds)
            found[name].append(one)
            say(_line(f"{name}, {connections} connections", one))
    return found


def restart(shop: Path, say: Say) -> float:
    """Seconds from the start of `willbuy serve` to its first 200 of /readyz, with the history loaded before."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "willbuy",
        "serve",
        "--shop",
        str(shop),
        "--run",
        "0002",
        "--allow-unproven",
    ]
    found = []
    for _ in range(2):  # the first loads the history
        start = time.perf_counter()
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        process = subprocess.Popen(
            [*command, "--port", str(port)], env=environment, stdout=subprocess.DEVNULL
        )
        try:
            while not _ready(port):
                if process.poll() is not None or time.perf_counter() - start > READY_SECONDS:
                    raise SideFailed(f"willbuy serve ended, or was not ready after {READY_SECONDS:g} s")
                time.sleep(0.02)
            found.append(time.perf_counter() - start)
        finally:
            process.terminate()
            process.wait(60)
    say(f"  ready after {found[0]:.1f} s with the history to load, {found[1]:.1f} s after a restart")
    return found[1]


def _ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def claims_of(found: dict[str, list[dict[str, Any]]], ready: float) -> list[Claim]:
    """The bars."""

    def over(text: str, sides: tuple[str, str], what: str, sense: Any, bar: float) -> Claim:
        pairs = zip(found[sides[0]], found[sides[1]], strict=True)
        ratios = sorted(top[what] / bottom[what] for top, bottom in pairs)
        return Claim(text, statistics.median(ratios), (ratios[0], ratios[-1]), sense, bar)

    def plain(
        text: str, name: str, value: Callable[[Any], float], sense: Any, bar: float, unit: str
    ) -> Claim:
        values = sorted(value(one) for one in found[name])
        return Claim(text, statistics.median(values), (values[0], values[-1]), sense, bar, unit)

    def wait(share: str) -> Callable[[Any], float]:
        return lambda one: float(1e3 * one["seconds"][share])

    return [
        over("/predict, 1 connection, requests/s, ours / rival", ("ours c1", "rival c1"), "per_second", "at least", 10),
        over("/predict, 32 connections, requests/s, ours / rival", ("ours c32", "rival c32"), "per_second", "at least", 10),
        over("/predict, CPU, ours / a constant answer, 1 connection", ("ours, in turn c1", "constant c1"), "cpu_us", "at most", 1.3),
        over("/predict, CPU, ours / a constant answer, 32", ("ours, in turn c32", "constant c32"), "cpu_us", "at most", 1.3),
        plain("/predict, 1 connection, p99", "ours c1", wait("p99"), "at most", 1.0, "ms"),
        over("/visitors/{id}/score of 50 events / rival's /predict, 1", ("visitors c1", "rival c1"), "per_second", "at least", 5),
        over("/visitors/{id}/score of 50 events / rival's /predict, 32", ("visitors c32", "rival c32"), "per_second", "at least", 5),
        plain("/events, singles, 24 connections", "singles", lambda one: float(one["per_second"]), "at least", 1000, "/s"),
        plain("/events, singles, p99", "singles", wait("p99"), "at most", 50, "ms"),
        plain("/events in batches of 500", "batches", lambda one: 500.0 * one["per_second"], "at least", 20_000, "/s"),
        plain("/events in batches of 500, p99", "batches", wait("p99"), "at most", 50, "ms"),
        Claim("ready after a restart", ready, (ready, ready), "at most", 10, "s"),
    ]  # fmt: skip


def _line(name: str, one: dict[str, Any]) -> str:
    waits = one["seconds"]
    return (
        f"  {name}: {one['per_second']:,.0f}/s, {one['cpu_us']:.0f} us of CPU each, "
        f"p50 {1e3 * waits['p50']:.2f} ms, p99 {1e3 * waits['p99']:.2f} ms (load {os.getloadavg()[0]:.1f})"
    )


def section(result: dict[str, Any]) -> str:
    """The result as Markdown."""
    sides = [("load", "answers/s", "CPU us each", "p50 ms", "p99 ms")]
    for name, rounds in result["rounds"].items():
        middle = {key: statistics.median(one[key] for one in rounds) for key in ("per_second", "cpu_us")}
        waits = [statistics.median(1e3 * one["seconds"][share] for one in rounds) for share in ("p50", "p99")]
        sides.append(
            (name, f"{middle['per_second']:,.0f}", f"{middle['cpu_us']:.0f}", *(f"{w:.2f}" for w in waits))
        )
    claims = [("bar", "found", "single rounds", "asked", "met")]
    claims += [
        (
            one["text"],
            f"{one['value']:,.2f} {one['unit']}",
            f"{one['range'][0]:,.2f} to {one['range'][1]:,.2f}",
            f"{one['sense']} {one['bar']:,g} {one['unit']}",
            "yes" if one["passed"] else "NO",
        )
        for one in result["claims"]
    ]
    head = (
        f"{result['visitors']:,} visitors stored; {result['repeats']} rounds of {result['seconds']:g} s a load; "
        f"{result['cores']} cores for server and client, load {result['load'][0]:.1f} to {result['load'][1]:.1f}."
    )
    return "\n\n".join([head, page.table(sides), page.table(claims)])


def main() -> None:
    """Run what the command line asks for; exit 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description="The service under load, beside the published way.")
    parser.add_argument("--json", action="store_true", help="print the result as JSON, and nothing else")
    parser.add_argument("--docs", action="store_true", help="write the figures into docs/benchmarks.md")
    parser.add_argument(
        "--small", action="store_true", help="a small log and short loads: a trial, no figures"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each load")
    given = parser.parse_args()
    if given.small and given.docs:
        parser.error("--small is a trial: its figures do not go into the docs")
    try:
        result = run(given)
    except SideFailed as error:
        sys.exit(str(error))
    print(json.dumps(result, indent=1) if given.json else "\n" + section(result))
    if given.docs:
        page.write_into(DOCS, [section(result)], MARKS)
    sys.exit(0 if given.small or all(one["passed"] for one in result["claims"]) else 1)


def run(given: argparse.Namespace) -> dict[str, Any]:
    """All loads."""
    say: Say = (lambda _: None) if given.json else (lambda text: print(text, flush=True))
    log = data.SMALL if given.small else data.FULL
    rounds, seconds = (1, 0.5) if given.small else (given.rounds, given.seconds)
    data.ensure(log)
    folder = data.FOLDER / f"served-{log.name}"
    if folder.exists() and not (folder / "made").exists():
        shutil.rmtree(folder)
    shop = ask("benchmarks.ours.served_shop", str(folder), log.name)
    run_folder = Path(shop["run"])
    begun = os.getloadavg()[0]
    ready = restart(Path(shop["shop"]), say)
    names = run_folder / "names.json"
    names.write_text(
        json.dumps(json.loads((run_folder / "records.json").read_text())["names"]), encoding="utf-8"
    )
    with ExitStack() as held:
        rival = held.enter_context(
            served("benchmarks.rivals.published_service", str(run_folder / "rival.ubj"), str(names))
        )
        ours = held.enter_context(served("benchmarks.ours.service", shop["shop"], "0002"))
        found = scores(run_folder, ours, rival, rounds, seconds, say)
        found |= beside_constants(run_folder, ours, rounds, seconds, say)
        found |= events_and_visitors(ours, rounds, seconds, say)
    claims = [claim.to_json() for claim in claims_of(found, ready)]
    result = {
        "ratio": {"c1": claims[0]["value"], "c32": claims[1]["value"]},
        "claims": claims,
        "rounds": found,
        "visitors": log.visitors,
        "repeats": rounds,
        "seconds": seconds,
        "cores": len(os.sched_getaffinity(0)),
        "load": (begun, os.getloadavg()[0]),
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1), encoding="utf-8")
    return result


if __name__ == "__main__":
    main()
