"""The log, drawn once as integers in slices of time, and written slice after slice as CSV in REES46's nine columns.

Drawn are visits by the package's simulation, block by block of visitors, so that memory stays bounded and the truth is known;
a slice on disk takes a tenth of its CSV. A session ends where half an hour passes without an event.

    python -m benchmarks.hundred.making draw FOLDER EVENTS PARTS
    python -m benchmarks.hundred.making write FOLDER PART CSV
"""

import json
import shutil
import sys
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from benchmarks.hundred.shop import DAYS, EVENTS_A_VISITOR, REES46, START
from willbuy.events.simulation.block import Block, Simulation
from willbuy.events.simulation.expand import Events
from willbuy.events.simulation.truth import Chain, truth_at

SEED = 1
BLOCK = 100_000  # visitors in memory at once
LENGTH = DAYS * 86_400_000
PAUSE = 1_800_000
TRUTH_DAY = DAYS - 7
"""The midnight of the test: the last one whose week lies in the log."""

TRUTH = "truth.parquet"


def draw(folder: Path, events: int, parts: int) -> dict[str, int]:
    """Draw all of the log, `parts` slices of equal time, and the truth at the test's anchor: complete, or not there."""
    drawn = folder / "drawn"
    if not drawn.exists():
        partial = folder / "drawn.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        _draw(partial, round(events / EVENTS_A_VISITOR), parts)
        partial.replace(drawn)
    return {name: int(value) for name, value in json.loads((drawn / "drawn.json").read_text()).items()}


def _draw(folder: Path, visitors: int, parts: int) -> None:
    simulation = Simulation(REES46, visitors, SEED, DAYS, START)
    chain, rows, truths = Chain(REES46), 0, []
    connection = _connect(folder)
    for number, block in enumerate(_blocks(simulation)):
        rows += _spill(connection, folder, number, block.events, parts)
        if block.n:
            found = truth_at(block, chain, simulation.clock, float(TRUTH_DAY), 7.0)
            truths.append(pd.DataFrame({"user_id": _user(found.visitor), "probability": found.probability}))
    connection.register("truths", pd.concat(truths))
    connection.execute(f"COPY (FROM truths) TO '{folder / TRUTH}' (FORMAT parquet)").fetchall()
    _shelf(connection, folder, simulation.shelf.items)
    (folder / "drawn.json").write_text(json.dumps({"rows": rows, "visitors": visitors, "parts": parts}))


def _blocks(simulation: Simulation) -> "list[Block]":
    """The bots as a block of no visitors, then the people."""
    bots = simulation.bots
    none = np.zeros(0, np.int64)
    yield Block(0, 0, simulation._visits(none, simulation.rng(9)), bots.events, none, np.zeros(0))
    yield from simulation.blocks(BLOCK)


def _spill(
    connection: duckdb.DuckDBPyConnection, folder: Path, number: int, events: Events, parts: int
) -> int:
    inside = (events.at >= 0) & (events.at < LENGTH)
    at, visitor = events.at[inside], events.visitor[inside]
    fresh = np.ones(len(at), bool)
    fresh[1:] = (visitor[1:] != visitor[:-1]) | (at[1:] - at[:-1] > PAUSE) | (at[1:] < at[:-1])
    frame = pd.DataFrame(
        {
            "moment": at,
            "visitor": visitor.astype(np.int32),
            "place": np.arange(len(at), dtype=np.int32),
            "kind": events.event[inside].astype(np.int8),
            "item": events.item[inside].astype(np.int32),
            "session": (number << 32) + np.cumsum(fresh),
            "slice": (at * parts // LENGTH).astype(np.int16),
        }
    )
    connection.register("block", frame)
    connection.execute(
        f"COPY (FROM block) TO '{folder}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (slice), "
        f"FILENAME_PATTERN 'block-{number:05d}-{{i}}', OVERWRITE_OR_IGNORE)"
    ).fetchall()
    connection.unregister("block")
    return len(at)


def _shelf(connection: duckdb.DuckDBPyConnection, folder: Path, items: int) -> None:
    """What an item's columns say: category, brand (none for one in seven), price; a third have no category code."""
    rng = np.random.default_rng(SEED)
    n = 2 * items  # the simulation's ids are drawn from twice as many
    category = rng.integers(0, max(20, items // 330), n)
    frame = pd.DataFrame(
        {
            "item": np.arange(n, dtype=np.int32),
            "category": category,
            "brand": rng.integers(-600, 3600, n),
            "cents": np.exp(rng.normal(9.2, 1.2, n)).astype(np.int64) + 100,
        }
    )
    connection.register("shelf", frame)
    told = (
        "SELECT item, format('{:d},{:d},{:s},{:s},{:.2f}', 1000000 + item, 2053013552326770000 + category * 7919, "
        "CASE WHEN category % 3 = 0 THEN '' ELSE format('department.shelf{:d}', category) END, "
        "CASE WHEN brand < 0 THEN '' ELSE format('brand{:d}', brand) END, cents / 100.0) AS told FROM shelf"
    )
    connection.execute(f"COPY ({told}) TO '{folder / 'shelf.parquet'}' (FORMAT parquet)").fetchall()


def write(folder: Path, part: int, csv: Path) -> dict[str, int]:
    """Write one slice as CSV, in order of time: complete under its name, or not there. Returns rows and bytes."""
    drawn, partial = folder / "drawn", csv.with_name(csv.name + ".partial")
    connection = _connect(folder)
    epoch = int((START - datetime(1970, 1, 1)) / timedelta(milliseconds=1))
    uuid = (
        "format('{:s}-{:s}-4{:s}-a{:s}-{:s}', h[1:8], h[9:12], h[14:16], h[18:20], h[21:32])"  # of version 4
    )
    rows = (
        f"SELECT strftime(make_timestamp_ms(moment + {epoch}), '%Y-%m-%d %H:%M:%S UTC') AS event_time, "
        "CASE kind WHEN 0 THEN 'view' WHEN 1 THEN 'cart' ELSE 'purchase' END AS event_type, "
        f'told AS "product_id,category_id,category_code,brand,price", {_user("visitor")} AS user_id, '
        f"{uuid} AS user_session FROM (SELECT *, md5(CAST(session AS VARCHAR)) AS h "
        f"FROM read_parquet('{drawn}/slice={part}/*.parquet', hive_partitioning = false)) "
        f"JOIN '{drawn}/shelf.parquet' USING (item) ORDER BY moment, visitor, place"
    )
    connection.execute(f"COPY ({rows}) TO '{partial}' (FORMAT csv, HEADER, QUOTE '', ESCAPE '')").fetchall()
    partial.replace(csv)
    [(count,)] = connection.execute(
        f"SELECT count(*) FROM read_parquet('{drawn}/slice={part}/*.parquet')"
    ).fetchall()
    return {"rows": int(count), "bytes": csv.stat().st_size}


def _user(visitor: object) -> object:
    """The id of a visitor in the log; of a column's name, the expression."""
    return f"{visitor} + 500000000" if isinstance(visitor, str) else visitor + 500_000_000


def _connect(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET memory_limit = '2GB'")
    connection.execute(f"SET temp_directory = '{folder / 'spill'}'")
    return connection


if __name__ == "__main__":
    verb, place, *rest = sys.argv[1:]
    if verb == "draw":
        found = draw(Path(place), int(rest[0]), int(rest[1]))
    else:
        found = write(Path(place), int(rest[0]), Path(rest[1]))
    print(json.dumps(found))
