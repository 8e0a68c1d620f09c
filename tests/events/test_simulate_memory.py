"""The simulated log is made in bounded memory: four times the visitors need about the same."""

import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import resource, sys
from pathlib import Path
from willbuy.events.simulation import write_simulated_log
write_simulated_log(Path(sys.argv[1]), visitors=int(sys.argv[2]), truth=Path(sys.argv[3]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak(folder: Path, visitors: int) -> int:
    """Peak resident memory of a run in a process of its own (the unit is the system's: KB or bytes)."""
    command = [
        sys.executable,
        "-c",
        CODE,
        str(folder / "events.csv"),
        str(visitors),
        str(folder / "truth.parquet"),
    ]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.gate
def test_memory_stays_bounded(tmp_path: Path) -> None:
    assert peak(tmp_path, 4_000_000) < 1.6 * peak(tmp_path, 1_000_000)
