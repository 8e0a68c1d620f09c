"""Servers under measurement: started, waited for, their processor time read, ended by their own process id."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.house.measure import ROOT, SideFailed

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Running:
    """A server: its process and its port."""

    pid: int
    port: int

    def cpu(self) -> float:
        """Seconds of processor time so far, of all its threads, user and system."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def served(module: str, *arguments: str, seconds: float = 180.0) -> Iterator[Running]:
    """Run a module that prints its port, until the block ends. Raises SideFailed where it does not come up."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line.strip().isdigit():
            raise SideFailed(f"{module} did not come up: it said {line!r}")
        time.sleep(1.0)
        yield Running(process.pid, int(line))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
