"""D3: an event is acknowledged after a sync that came after it was written, as the system saw it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SENDS = """
import os, sys
from pathlib import Path
from store.arrivals import arrival, store_them
from willbuy.store import Store
with Store(Path(sys.argv[1])) as store:
    os.write(1, b"begin")
    for number in range(int(sys.argv[2])):
        store_them(store, [arrival("ann", number, f"e{number}")])
        os.write(1, b"acknowledged")
os.write(1, b"end")
"""


def trace_of(tmp_path: Path, number: int) -> list[str]:
    """The calls of a process that stores events one after another: `write`, `sync` of the log, and `acknowledged`."""
    if shutil.which("strace") is None:
        pytest.skip("D3 needs strace, and there is none here")
    trace = tmp_path / "trace"
    calls = "trace=fdatasync,fsync,write,pwrite64"
    command = ["strace", "-f", "-y", "-e", calls, "-o", str(trace), sys.executable, "-c", SENDS]
    done = subprocess.run([*command, str(tmp_path / "home"), str(number)], capture_output=True, check=False,
                          env={**os.environ, "PYTHONPATH": ":".join(sys.path)})  # fmt: skip
    if b"Operation not permitted" in done.stderr:
        pytest.skip("D3 needs to trace a process, which is not permitted here")
    assert done.stdout.endswith(b"end"), done.stderr
    return [call for line in trace.read_text().splitlines() if (call := _call(line))]


def _call(line: str) -> str | None:
    if '"acknowledged"' in line:
        return "acknowledged"
    if "events.sqlite-wal>" not in line:
        return None
    return "sync" if "sync(" in line else "write"


def assert_synced(tmp_path: Path, number: int) -> None:
    seen, acknowledged = list[str](), 0
    for call in trace_of(tmp_path, number):
        if call == "acknowledged":
            acknowledged += 1
            assert "write" in seen, (
                f"acknowledgement {acknowledged}: nothing was written since the one before"
            )
            last_write = max(place for place, name in enumerate(seen) if name == "write")
            assert "sync" in seen[last_write:], f"acknowledgement {acknowledged}: written, and not synced"
            seen = []
        else:
            seen.append(call)
    assert acknowledged == number


def test_d3_each_of_150_acknowledgements_follows_its_sync(tmp_path: Path) -> None:
    assert_synced(tmp_path, 150)


@pytest.mark.gate
def test_d3_each_of_1000_acknowledgements_follows_its_sync(tmp_path: Path) -> None:
    assert_synced(tmp_path, 1_000)
