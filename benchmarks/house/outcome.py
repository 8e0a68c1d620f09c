"""The outcome of a benchmark: who ran on what, that they agreed, how long they took, which bars were met."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from benchmarks.house.claims import Claim
from benchmarks.house.data import Log, Table
from benchmarks.house.measure import Measured
from benchmarks.house.visitors import Visitors


class Disagreement(RuntimeError):
    """Two sides computed different numbers: their times mean nothing."""


@dataclass(frozen=True)
class Outcome:
    """What one benchmark found. `agreed` is what all sides were shown to have in common."""

    name: str
    title: str
    log: Log | Table | Visitors
    agreed: dict[str, Any]
    sides: list[Measured]
    claims: list[Claim]

    def to_json(self) -> dict[str, Any]:
        """Everything, as it lies in bench-results/."""
        return {
            "benchmark": self.name,
            "title": self.title,
            "log": {
                "name": self.log.name,
                "events": self.log.events,
                "visitors": self.log.visitors,
                "words": self.log.words,
            },
            "machine": machine(),
            "agreed": self.agreed,
            "sides": [side.to_json() for side in self.sides],
            "claims": [claim.to_json() for claim in self.claims],
        }


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    packages = {name: version(name) for name in ("duckdb", "polars", "pandas", "numpy")}
    return {
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "load": os.getloadavg(),
        **packages,
    }


def agree(answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What every side answered, when it was the same.

    Raises Disagreement that shows each answer.

    >>> agree({"ours": {"rows": 2}, "theirs": {"rows": 2}})
    {'rows': 2}
    """
    first, *others = answers.values()
    if any(answer != first for answer in others):
        told = "\n".join(f"  {name}: {answer}" for name, answer in answers.items())
        raise Disagreement(f"the sides do not agree, so no time is shown:\n{told}")
    return first
