"""The rivals compute what the benchmark says they compute: each against a count by hand, event by event."""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from benchmarks.house import fourteen, make_log
from benchmarks.house.agree import of_folder
from benchmarks.house.data import Log
from benchmarks.rivals import duckdb_features, published_pandas

ANCHORS = fourteen.anchors(3, 7)
Event = tuple[datetime, int, str]  # time, item, kind


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A log of 20,000 events: as CSV and as integer keys."""
    folder = tmp_path_factory.mktemp("log")
    make_log.write(Log("tiny", 20_000, seed=11), folder / "tiny.csv", folder / "tiny.keyed.parquet")
    return folder / "tiny.csv", folder / "tiny.keyed.parquet"


@pytest.fixture(scope="module")
def by_hand(log: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The features counted one event after the other, in the form in which sides are compared."""
    events: dict[int, list[Event]] = defaultdict(list)
    rows = duckdb.execute(f"SELECT entity, time, item, kind FROM '{log[1]}'").fetchall()
    for entity, time, item, kind in rows:
        events[entity].append((time, item, fourteen.KINDS[kind]))
    folder = tmp_path_factory.mktemp("by_hand")
    for anchor in ANCHORS:
        with (folder / f"{anchor:%Y-%m-%d}.csv").open("w") as file:
            print(",".join(("entity", *fourteen.FEATURES, "label")), file=file)
            for entity, of_entity in events.items():
                line = _snapshot(of_entity, anchor)
                if line is not None:
                    print(",".join([str(entity), *map(str, line)]), file=file)
    return of_folder(str(folder))


def _snapshot(events: Iterable[Event], anchor: datetime) -> list[object] | None:
    def window(days: int) -> list[Event]:
        return [event for event in events if anchor - timedelta(days=days) <= event[0] < anchor]

    month, week = window(30), window(7)
    if not month:
        return None
    counts = [
        sum(event[2] == kind for event in window(days)) for days in (1, 7, 30) for kind in fourteen.KINDS
    ]
    views, carts = (sum(event[2] == kind for event in week) for kind in ("view", "cart"))
    bought = any(
        event[2] == "purchase" and anchor <= event[0] < anchor + timedelta(days=7) for event in events
    )
    return [
        *counts,
        *(len({event[1] for event in window(days) if event[2] == "view"}) for days in (7, 30)),
        len(month),
        (anchor - max(event[0] for event in month)) / timedelta(days=1),
        carts / views if views else "",
        int(bought),
    ]


def test_the_log_has_snapshots_and_buyers_to_count(by_hand: dict[str, object]) -> None:
    assert int(str(by_hand["rows"])) > 500
    assert int(str(by_hand["positives"])) > 0
    assert by_hand["anchors"] == len(ANCHORS)


@pytest.mark.parametrize("ids", ["text", "integer"])
def test_plain_duckdb(log: tuple[Path, Path], by_hand: dict[str, object], ids: str, tmp_path: Path) -> None:
    duckdb_features.main(log[1], tmp_path, ANCHORS, ids)
    assert of_folder(str(tmp_path)) == by_hand


def test_published_pandas(log: tuple[Path, Path], by_hand: dict[str, object], tmp_path: Path) -> None:
    for anchor in ANCHORS:
        published_pandas.main(log[0], tmp_path, anchor)
    assert of_folder(str(tmp_path)) == by_hand


def test_polars(log: tuple[Path, Path], by_hand: dict[str, object], tmp_path: Path) -> None:
    pytest.importorskip("polars", reason="the rival polars is of the `bench` group: make bench installs it")
    from benchmarks.rivals import polars_features

    polars_features.main(log[1], tmp_path, ANCHORS, discard=False)
    assert of_folder(str(tmp_path)) == by_hand


def test_a_log_is_the_same_whenever_it_is_drawn(log: tuple[Path, Path], tmp_path: Path) -> None:
    make_log.write(Log("tiny", 20_000, seed=11), tmp_path / "again.csv", tmp_path / "again.parquet")
    assert (tmp_path / "again.csv").read_bytes() == log[0].read_bytes()


@pytest.mark.gate
def test_the_whole_house_runs_and_all_sides_agree(root: Path) -> None:
    pytest.importorskip("polars", reason="the rival polars is of the `bench` group: make bench installs it")
    command = [
        sys.executable,
        "-m",
        "benchmarks",
        "ingest",
        "features",
        "published",
        "--small",
        "--repeats",
        "1",
        "--json",
    ]
    ran = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=600, check=True)
    assert [outcome["benchmark"] for outcome in json.loads(ran.stdout)] == ["ingest", "features", "published"]
