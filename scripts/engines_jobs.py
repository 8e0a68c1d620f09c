"""A small job for each command: what it does on an engine, and what of it must be the same on every engine."""

import json
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from scripts.docs_server import Server
from scripts.engines_bench import Bench, Gap
from scripts.engines_log import DAYS, START

NO_ENGINE = {
    "init": "looks at files; no table is read",
    "simulate": "writes a file",
    "reproduce": "makes shops of its own, on DuckDB",
}
"""Commands that ask no engine for anything, and why."""

AS_OF = (START + timedelta(days=DAYS - 3)).isoformat()
VISITOR, GONE = "user 1", "user 2"


@dataclass(frozen=True)
class Job:
    """A command's job, in words. What `work` returns must be the same on every engine; True is no claim.

    `command` is written as `willbuy.warehouse.lacking` writes it where a command is not built for an engine.
    """

    command: str
    words: str
    work: Callable[[Bench], Any]
    needs: tuple[str, ...] = ()  # commands without which it cannot be tried

    @property
    def name(self) -> str:
        """The command without its options."""
        return self.command.split()[0]


def ingest(bench: Bench) -> Any:
    found = bench.json("ingest")
    return {
        name: found[name]
        for name in ("read", "accepted", "rejected", "duplicates", "entities", "rejected_by_rule")
    }


def ingest_again(bench: Bench) -> Any:
    return [file["skipped"] for file in bench.json("ingest")["files"]]


def ingest_held(bench: Bench) -> Any:
    """Each holds an event that the other holds too: a merge finds it, whenever it comes."""
    lines = (bench.folder / "events.csv").read_text(encoding="utf-8").splitlines()
    found = []
    for part in (1, 2):
        file = bench.folder / f"part-{part}.csv"
        own = [
            f"late {part},2026-04-01 08:00:00,view,item 1,,,,,",
            f"late 3,2026-04-0{part} 09:00:00,view,item 1,,,,,",
        ]
        file.write_text("\n".join([lines[0], lines[1], *own]) + "\n", encoding="utf-8")
        found += [one["held"] for one in bench.json("ingest", str(file), "--hold")["files"]]
        file.unlink()
    merged = bench.json("ingest")
    return found, [merged[name] for name in ("read", "accepted", "rejected", "duplicates")]


def train(bench: Bench) -> Any:
    return bench.json("train")["bundle"]


def score(bench: Bench) -> Any:
    output = bench.folder / "scores.csv"
    bench.run("score", "--output", str(output))
    return output.read_text(encoding="utf-8")


def predict(bench: Bench) -> Any:
    rows, output = bench.folder / "rows.csv", bench.folder / "predicted.csv"
    names = [one["name"] for one in bench.json("features")["features"]]
    rows.write_text(f"{','.join(names)}\n{','.join('1' for _ in names)}\n", encoding="utf-8")
    bench.run("predict", str(rows), "--output", str(output))
    return output.read_text(encoding="utf-8").splitlines()[0]


def promote(bench: Bench) -> Any:
    return bench.json("promote", "0001", "--force", "to try the engines")["role"]


def serve(bench: Bench) -> Any:
    """The history is loaded, a visitor of the log is scored, an event is taken in, and the visitor scored again."""
    server = Server(["--shop", str(bench.file)], bench.folder, {}, seconds=900)
    try:
        ask = f"http://{server.address}/visitors/{VISITOR.replace(' ', '%20')}"
        before = _answer(f"{ask}/score?as_of={AS_OF}")
        event = {
            "event_id": "live 1",
            "user": VISITOR,
            "time": "2026-03-31 12:00:00",
            "what": "view",
            "item": "item 1",
        }
        body = json.dumps(event).encode()
        _answer(f"http://{server.address}/events", body)
        _answer(f"{ask}/score")
        seen = _answer(ask)
        return before["purchase_probability"], seen["total"], seen["live"]
    finally:
        server.stop()


def _answer(url: str, body: bytes | None = None) -> Any:
    request = urllib.request.Request(url, body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def ingest_live(bench: Bench) -> Any:
    return bench.json("ingest", "--live")["accepted"]


def parity_served(bench: Bench) -> Any:
    found = bench.json("parity", "--served")
    return {name: found[name] for name in ("answers", "values", "mismatch", "missing", "extra", "unknown")}


def erase(bench: Bench) -> Any:
    bench.run("erase", GONE)
    return bench.json("explore")["log"]["visitors"]


def expire(bench: Bench) -> Any:
    return bench.json("expire", "--days", "36500")["events"]


def rebuild(bench: Bench) -> Any:
    before = bench.json("explore")["rows"]
    bench.run("rebuild")
    if bench.json("explore")["rows"] != before:
        raise Gap("rows are accounted for in another way than before")
    return True


def copy(bench: Bench) -> Any:
    target = ["duckdb"] if bench.engine != "duckdb" else ["postgres", "--schema", "engines_copy"]
    copied = bench.json("copy", "--to", *target)
    return bool(copied)


def rollback(bench: Bench) -> Any:
    try:
        bench.run("rollback")
    except Gap as refused:
        return str(refused)
    raise Gap("it went back to a champion that there never was")


def parity(bench: Bench) -> Any:
    found = bench.json("parity", "--moments", "400")
    return {name: found[name] for name in ("checked", "entities", "mismatches", "features")}


JOBS = (
    Job("ingest", "a file with late rows, repeated rows and a faulty one", ingest),
    Job("ingest", "the same file again: it is known", ingest_again, ("ingest",)),
    Job("explore", "every number of the page", lambda bench: bench.json("explore"), ("ingest",)),
    Job("features", "the shop's features", lambda bench: bench.json("features"), ("ingest",)),
    Job("train", "the bundle, by its hash", train, ("ingest",)),
    Job("doctor", "every finding", lambda bench: bench.json("doctor"), ("ingest",)),
    Job("parity", "live against the engine's batch: nothing differs", parity, ("train",)),
    Job("score", "the file, byte by byte", score, ("train",)),
    Job("predict", "a ready-made row", predict, ("train",)),
    Job("runs", "one run", lambda bench: len(bench.json("runs")["runs"]), ("train",)),
    Job("report", "the page", lambda bench: bool(bench.run("report", "--output", str(bench.folder / "report.html"))), ("train",)),
    Job("promote", "the run into service", promote, ("train", "parity")),
    Job("models", "who is champion", lambda bench: bench.json("models")["models"][0]["role"], ("promote",)),
    Job("serve", "history loaded from the log, a visitor scored, an event taken in", serve, ("promote",)),
    Job("ingest --live", "the event that the service took in", ingest_live, ("serve",)),
    Job("parity --served", "every logged vector computed again", parity_served, ("serve", "ingest --live")),
    Job("log", "the answers, as Parquet", lambda bench: bool(bench.run("log", "--output", str(bench.folder / "log.parquet"))), ("serve",)),
    Job("rebuild", "the tables from the rows as they came: every row accounted for as before", rebuild, ("ingest",)),
    Job("erase", "a visitor: one less in the log", erase, ("ingest",)),
    Job("expire --days", "nothing is that old", expire, ("ingest",)),
    Job("backup", "what the service wrote", lambda bench: bool(bench.run("backup", str(bench.folder / "backup"))), ("serve",)),
    Job("rollback", "no champion before: it says so", rollback, ("promote",)),
    Job("keys", "a key made", lambda bench: bool(bench.json("keys", "add", "shop", "--scope", "predict")["key"]), ()),
    Job("copy", "the log to another engine (DuckDB's to PostgreSQL, others' to DuckDB), compared there", copy, ("ingest",)),
    Job("audit", "the chain of acts", lambda bench: bool(bench.run("audit")), ("promote",)),
    Job("ingest --hold", "two files more that are read and wait, and are merged by the next ingest", ingest_held, ("ingest",)),
)  # fmt: skip
"""In order: each finds what those before it left."""
