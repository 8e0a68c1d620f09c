"""What a side of a benchmark prints: one JSON line with the CPU and wall seconds of each of its stages.

The harness measures the whole process from outside. Stages only tell where the time went.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Stages:
    """A stopwatch with named stages; `done` prints the line that the harness reads."""

    def __init__(self) -> None:
        self.stages: dict[str, dict[str, float]] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure the block under a name."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.stages[name] = {
            "wall": round(time.perf_counter() - wall, 4),
            "cpu": round(time.process_time() - cpu, 4),
        }

    def done(self, **facts: Any) -> None:
        """Print the stages and whatever else the side has to say, as the last line."""
        print(json.dumps({"stages": self.stages, **facts}), flush=True)
