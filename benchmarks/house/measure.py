"""The stopwatch: each side as a process of its own, in alternating order, several times.

Wall time, CPU time (user and system) and peak memory come from `wait4`, so they hold for the whole process: start-up and
imports count. Linux hands a child its parent's peak memory at birth, so this module and the harness import nothing big.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class SideFailed(RuntimeError):
    """A side ended with an error: nothing of the benchmark holds."""


@dataclass(frozen=True)
class Side:
    """One contestant: a module run as `python -m`, with its arguments. `prepare` runs before each time, unmeasured."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    prepare: Callable[[], None] | None = None

    @property
    def command(self) -> list[str]:
        """The command line that runs it."""
        return [sys.executable, "-m", self.module, *self.arguments]


@dataclass(frozen=True)
class Sample:
    """One repetition: seconds, CPU seconds, peak memory in bytes, the machine's load when it began, what the side printed."""

    wall: float
    cpu: float
    peak: int
    load: float
    printed: dict[str, Any]


@dataclass
class Measured:
    """All repetitions of a side."""

    side: Side
    samples: list[Sample] = field(default_factory=list)

    def of(self, what: str) -> list[float]:
        """The values of `wall`, `cpu` or `peak`, sorted."""
        return sorted(getattr(sample, what) for sample in self.samples)

    def median(self, what: str) -> float:
        """The median of `wall`, `cpu` or `peak`."""
        return statistics.median(self.of(what))

    def to_json(self) -> dict[str, Any]:
        """Minimum, median and maximum of each quantity, and every sample."""
        spread = {
            what: {"min": min(self.of(what)), "median": self.median(what), "max": max(self.of(what))}
            for what in ("wall", "cpu", "peak")
        }
        return {
            "name": self.side.name,
            "command": ["python", *self.side.command[1:]],
            **spread,
            "samples": [asdict(sample) for sample in self.samples],
        }


def run(side: Side) -> Sample:
    """Run a side once. Raises SideFailed, with the end of what it wrote, when it fails or prints no JSON line."""
    if side.prepare:
        side.prepare()
    load = os.getloadavg()[0]
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(side.command, stdout=output, stderr=errors, cwd=ROOT, env=_environment())
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        written, complaint = _text(output), _text(errors)
    if process.returncode != 0:
        raise SideFailed(f"{side.name} ended with {process.returncode}:\n{complaint[-3000:]}")
    return Sample(
        wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, load, _last_json(side, written)
    )


def alternate(sides: Sequence[Side], repeats: int, say: Callable[[str], None]) -> list[Measured]:
    """Run the sides in turn, `repeats` times; every other round in the reverse order, so that none is always first."""
    measured = [Measured(side) for side in sides]
    for round_number in range(repeats):
        for one in measured if round_number % 2 == 0 else reversed(measured):
            sample = run(one.side)
            one.samples.append(sample)
            say(
                f"  {one.side.name}: {sample.wall:.2f} s wall, {sample.cpu:.2f} s CPU, "
                f"{sample.peak / 1e6:.0f} MB (load {sample.load:.1f})"
            )
    return measured


def ask(module: str, *arguments: str) -> dict[str, Any]:
    """Run a module for its answer, unmeasured: what is big happens there, not here."""
    return run(Side(module, module, arguments)).printed


def _environment() -> dict[str, str]:
    """The package of this checkout, whether or not one is installed."""
    return {**os.environ, "PYTHONPATH": str(ROOT / "src")}


def _text(file: Any) -> str:
    file.seek(0)
    return str(file.read().decode("utf-8", "replace"))


def _last_json(side: Side, written: str) -> dict[str, Any]:
    """All that a side printed, or its last line, as JSON."""
    for text in (written, *written.strip().splitlines()[-1:]):
        try:
            return dict(json.loads(text))
        except (json.JSONDecodeError, TypeError, ValueError):
            continue
    raise SideFailed(f"{side.name} printed no JSON at its end: {written[-300:]!r}")
