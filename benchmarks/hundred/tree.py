"""Run a command and measure it with all its children: wall and CPU seconds, and the peak of their memory together."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.house.measure import ROOT, SideFailed

PERIOD = 0.05  # seconds between two looks at the memory
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Run:
    """`peak` is bytes: the greatest sum of resident memory that was seen, or what the kernel says of the process alone."""

    wall: float
    cpu: float
    peak: int
    load: float
    printed: str


def measured(command: Sequence[str], cwd: Path) -> Run:
    """Run a command to its end; what it says on standard error goes on to ours. Raises SideFailed where it fails."""
    load, start = os.getloadavg()[0], time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, cwd=cwd, stdout=output, env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
        )
        try:
            watch = _Watch(process.pid)
            watch.start()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            if process.returncode is None:
                process.terminate()
                process.wait()
            watch.done.set()
            watch.join()
        output.seek(0)
        printed = output.read().decode("utf-8", "replace")
    if process.returncode:
        raise SideFailed(f"{' '.join(command)} ended with {process.returncode}:\n{printed[-2000:]}")
    cpu = usage.ru_utime + usage.ru_stime
    peak = max(watch.peak, usage.ru_maxrss * 1024)
    return Run(time.perf_counter() - start, cpu, peak, load, printed)


class _Watch(threading.Thread):
    """Looks at the resident memory of a process and of all below it, again and again."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak, self.done = pid, 0, threading.Event()

    def run(self) -> None:
        while not self.done.wait(PERIOD):
            self.peak = max(self.peak, sum(map(_resident, _tree(self.pid))))


def _tree(pid: int) -> list[int]:
    """A process and all below it, as far as they live."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (task / "children").read_text(encoding="ascii").split())
        except OSError:  # it has ended
            continue
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def python(module: str, *arguments: str) -> list[str]:
    """A command that runs a module of this checkout."""
    return [sys.executable, "-m", module, *arguments]
