"""`willbuy serve` as a process of its own, at a free port."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[2] / "src"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONUNBUFFERED": "1"}


def willbuy(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder to its end."""
    command = [sys.executable, "-m", "willbuy", *words]
    return subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=120
    )


@dataclass
class Serving:
    """A running service; `code` and `errors` are there once it has ended."""

    url: str
    said: str
    process: "subprocess.Popen[str]"
    code: int | None = None
    errors: list[str] = field(default_factory=list)

    def stop(self) -> None:
        """SIGTERM, and wait for the end."""
        if self.code is None:
            self.process.send_signal(signal.SIGTERM)
            _, errors = self.process.communicate(timeout=120)
            self.code, self.errors = self.process.returncode, errors.splitlines()


@contextlib.contextmanager
def serving(folder: Path, *words: str) -> Iterator[Serving]:
    """Serve the shop of a folder until the block ends; raises AssertionError with its words where it does not start."""
    command = [sys.executable, "-m", "willbuy", "serve", "--port", "0", "--json", *words]
    process = subprocess.Popen(
        command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise AssertionError(f"serve did not start: {process.communicate()[1]}")
    found: dict[str, Any] = json.loads(line)
    one = Serving(found["address"], found["said"], process)
    try:
        yield one
    finally:
        try:
            one.stop()
        finally:
            process.kill()
