"""From the steps of each size to what is claimed: seconds and memory of each stage, and how they grow with the events."""

from collections.abc import Mapping, Sequence
from typing import Any

STAGES = ("ingest", "features", "training", "scoring")
MOST_MEMORY = 8e9
MOST_GROWTH = 1.25
"""Times linear growth."""

LEAST_CPU = 10.0
"""Seconds of CPU from which a stage is compared: below, most is what a process costs to start."""


def summary(sizes: Mapping[int, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """The figures by size, and the claims. `sizes` has the finished steps of each number of events."""
    found = [
        {
            "events": events,
            "stages": by_stage(steps),
            "facts": facts(steps),
            "again": [step["step"] for step in steps if step.get("again")],
        }
        for events, steps in sizes.items()
    ]
    return {"sizes": found, "claims": [*_memory(found), *_growth(found)]}


def by_stage(steps: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Wall and CPU seconds summed over a stage's steps, the greatest memory of them, the mean load.

    >>> step = {"stage": "ingest", "wall": 2.0, "cpu": 3.0, "peak": 10, "disk": 5, "load": 1.0}
    >>> by_stage([step, {**step, "peak": 20}])["ingest"]
    {'wall': 4.0, 'cpu': 6.0, 'peak': 20, 'disk': 5, 'load': 1.0}
    """
    stages = {}
    for stage in STAGES:
        own = [step for step in steps if step["stage"] == stage]
        if own:
            stages[stage] = {
                "wall": sum(step["wall"] for step in own),
                "cpu": sum(step["cpu"] for step in own),
                "peak": max(step["peak"] for step in own),
                "disk": max(step["disk"] for step in own),
                "load": sum(step["load"] for step in own) / len(own),
            }
    return stages


def facts(steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the steps told of the log, its snapshots and the model."""
    told: dict[str, Any] = {}
    for step in steps:
        if step["step"] in ("features", "beside the truth"):
            told |= step["told"]
    return told


def _memory(sizes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    claims = []
    for size in sizes:
        for stage, figures in size["stages"].items():
            claims.append(
                {
                    "text": f"peak memory of {stage}, {_millions(size['events'])}",
                    "value": figures["peak"] / 1e9,
                    "unit": "GB",
                    "bar": MOST_MEMORY / 1e9,
                    "passed": figures["peak"] <= MOST_MEMORY,
                }
            )
    return claims


def _growth(sizes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """CPU seconds an event, beside those of each smaller size: wall time says more about who else is on the machine."""
    claims = []
    for at, large in enumerate(sizes):
        for small in sizes[:at]:
            for stage in STAGES:
                if stage not in large["stages"] or stage not in small["stages"]:
                    continue
                less, more = small["stages"][stage]["cpu"], large["stages"][stage]["cpu"]
                if less < LEAST_CPU:
                    continue
                value = (more / large["events"]) / (less / small["events"])
                claims.append(
                    {
                        "text": f"CPU an event of {stage}, {_millions(large['events'])} / {_millions(small['events'])}",
                        "value": value,
                        "unit": "x",
                        "bar": MOST_GROWTH,
                        "passed": value <= MOST_GROWTH,
                    }
                )
    return claims


def _millions(events: int) -> str:
    return f"{events / 1e6:g} M"
