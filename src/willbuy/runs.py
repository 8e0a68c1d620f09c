"""Runs: one folder a training under the shop's home, numbered, complete once its result is there."""

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from willbuy.errors import WillbuyError

RESULT = "result.json"
SNAPSHOTS = "snapshots"
BUNDLE = "bundle"
PREDICTIONS = "predictions.parquet"
_NAME = re.compile(r"[0-9]{4,9}")


def new_run(home: Path) -> Path:
    """Make the folder of a new run. Two trainings at once get two folders: the operating system decides.

    Returns the folder, named by the next free number such as `0001`.
    """
    runs = home / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    number = max((int(name) for name in _names(runs)), default=0) + 1
    while True:
        folder = runs / f"{number:04d}"
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
        else:
            return folder


def complete_run(home: Path, name: str | None = None) -> Path:
    """Return the folder of a complete run, the newest one by default. Raises WillbuyError if there is none."""
    runs = home / "runs"
    complete = sorted((n for n in _names(runs) if (runs / n / RESULT).is_file()), key=int)
    if not complete:
        raise WillbuyError("no trained model here yet. Run: willbuy train")
    if name is not None and name not in complete:
        raise WillbuyError(f"no complete run {name!r}. There are: {', '.join(complete[-10:])}")
    return runs / (name or complete[-1])


def newest_run(home: Path) -> str | None:
    """The name of the newest complete run; None where there is none."""
    runs = home / "runs"
    names = sorted(_names(runs), key=int, reverse=True)
    return next((name for name in names if (runs / name / RESULT).is_file()), None)


def run_entries(home: Path) -> tuple[list[str], list[str]]:
    """(names of runs in their order, complete or not; names of whatever else lies in their folder)."""
    runs = home / "runs"
    names = sorted(_names(runs), key=int)
    entries = [entry.name for entry in runs.iterdir()] if runs.is_dir() else []
    return names, sorted(set(entries) - set(names))


def write_result(folder: Path, result: Mapping[str, Any]) -> None:
    """Write `result.json`: the last file of a run, complete under its name or not there."""
    partial = folder / (RESULT + ".partial")
    partial.write_text(json.dumps(result, indent=1, allow_nan=False, sort_keys=True) + "\n", encoding="utf-8")
    partial.replace(folder / RESULT)


def drop_older_snapshots(home: Path, run: str) -> None:
    """Remove the snapshots of complete runs before `run`: they are the bulk of a run and can be made again.

    The bundle, the result and the predictions stay. A run that is still training keeps its own.
    """
    runs = home / "runs"
    for name in _names(runs):
        if int(name) < int(run) and (runs / name / RESULT).is_file():
            shutil.rmtree(runs / name / SNAPSHOTS, ignore_errors=True)


def drop_snapshots(home: Path) -> None:
    """Remove the snapshots of every complete run: they know entities by keys, which were given anew."""
    for name in _names(home / "runs"):
        if (home / "runs" / name / RESULT).is_file():
            shutil.rmtree(home / "runs" / name / SNAPSHOTS, ignore_errors=True)


def read_result(folder: Path) -> dict[str, Any]:
    """Read a complete run's result."""
    content: dict[str, Any] = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    return content


def last_manifest(home: Path) -> dict[str, Any]:
    """What the bundle of the newest complete run says about itself; empty where there is none, or none that can be read."""
    try:
        text = (complete_run(home) / BUNDLE / "manifest.json").read_text(encoding="utf-8")
        content = json.loads(text)
    except (WillbuyError, OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _names(runs: Path) -> list[str]:
    return [entry.name for entry in runs.iterdir() if _NAME.fullmatch(entry.name)] if runs.is_dir() else []
