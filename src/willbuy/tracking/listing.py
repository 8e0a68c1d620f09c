"""A shop's runs, read off their folders alone: what is complete, what is not, and what does not belong there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from willbuy.errors import WillbuyError
from willbuy.evaluation.figures import estimate_of
from willbuy.evaluation.result.metrics import Estimate
from willbuy.runs import BUNDLE, RESULT, complete_run, read_result, run_entries
from willbuy.shop import Common

FIGURES = ("average_precision", "roc_auc", "log_loss")


@dataclass(frozen=True)
class RunLine:
    """A complete run in a line. `made` is when its result was written (UTC): results themselves hold no clock."""

    run: str
    made: datetime
    task: str
    words: str
    model: str
    split: str
    figures: dict[str, Estimate]
    n: int
    positives: int
    verdict: str
    headline: str
    bundle: str

    def to_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {**vars(self), "made": self.made.isoformat()}


@dataclass(frozen=True)
class Listing:
    """The runs, the oldest first, and (name, why) of what is none or not complete."""

    shop: str
    runs: tuple[RunLine, ...]
    others: tuple[tuple[str, str], ...]

    def to_dict(self) -> dict[str, Any]:
        """For `--json`."""
        others = [{"name": name, "why": why} for name, why in self.others]
        return {"shop": self.shop, "runs": [run.to_dict() for run in self.runs], "others": others}


def list_runs(shop: Common) -> Listing:
    """The runs of a shop. What cannot be read is said under `others` and stops nothing."""
    names, strangers = run_entries(shop.home)
    runs, others = [], []
    for name in names:
        found = _line(shop.home / "runs" / name)
        if isinstance(found, str):
            others.append((name, found))
        else:
            runs.append(found)
    others += [(name, "not a run of willbuy's") for name in strangers]
    return Listing(shop.shop.name, tuple(runs), tuple(others))


def run_names(home: Path) -> list[str]:
    """The names of the runs that are complete and can be read, the oldest first."""
    return [name for name in run_entries(home)[0] if isinstance(_line(home / "runs" / name), RunLine)]


def read_line(home: Path, name: str) -> RunLine:
    """The line of one run. Raises WillbuyError where it is not complete or cannot be read."""
    folder = complete_run(home, name)
    found = _line(folder)
    if isinstance(found, str):
        raise WillbuyError(f"run {name}: {found}")
    return found


def _line(folder: Path) -> RunLine | str:
    """A run in a line, or why it is none."""
    if not (folder / RESULT).is_file():
        return "not complete: it is training, or was stopped"
    try:
        return line_of(folder.name, read_result(folder), made_at(folder))
    except (OSError, ValueError, RecursionError) as error:
        return f"{RESULT} cannot be read: {type(error).__name__}"
    except (KeyError, TypeError, AttributeError):
        return f"{RESULT} is not what a training writes"


def line_of(run: str, result: Mapping[str, Any], made: datetime) -> RunLine:
    """The line of a result. `run` is the name of its folder, which may be a copy."""
    task, test, verdict = result["task"], result["test"], result["verdict"]
    return RunLine(
        run=run,
        made=made,
        task=task_name(task),
        words=str(task["words"]),
        model=str(result["model"]),
        split=str(result["split"]["kind"]),
        figures={name: estimate_of(test, name) for name in FIGURES},
        n=int(test["n"]),
        positives=int(test["positives"]),
        verdict=str(verdict["kind"]),
        headline=str(verdict["headline"]),
        bundle=str(result["bundle"]),
    )


def task_name(task: Mapping[str, Any]) -> str:
    """The task in a word or two.

    >>> task_name({"kind": "horizon", "target": "purchase", "within": "7d"}), task_name({"kind": "session"})
    ('7d', 'session')
    >>> task_name({"kind": "horizon", "target": "cart", "within": "7d"})
    'cart in 7d'
    """
    if task["kind"] != "horizon":
        return str(task["kind"])
    return str(task["within"]) if task["target"] == "purchase" else f"{task['target']} in {task['within']}"


def made_at(folder: Path) -> datetime:
    """When a run's result was written: the time of the file."""
    return datetime.fromtimestamp((folder / RESULT).stat().st_mtime, tz=UTC).replace(microsecond=0)


def read_manifest(folder: Path) -> dict[str, Any]:
    """What the manifest of a run's bundle says; empty where it cannot be read. Nothing is checked: it is shown, not scored with."""
    try:
        found = json.loads((folder / BUNDLE / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
