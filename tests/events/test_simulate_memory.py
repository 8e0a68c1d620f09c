"""The simulated log is made in bounded memory: what the engine may take to sort it, and a block of visitors."""

import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import sys
from pathlib import Path
from willbuy.events.simulation import write_simulated_log
write_simulated_log(Path(sys.argv[1]), visitors=int(sys.argv[2]), truth=Path(sys.argv[3]))
sys.path.append(sys.argv[4])
from peak import peak_memory
print(peak_memory())
"""
ENGINE, REST = 1 << 30, 400 << 20  # bytes: DuckDB's limit while it merges (`Runs`); Python, numpy and a block


def peak(folder: Path, visitors: int) -> int:
    """Peak resident memory, in bytes, of a run in a process of its own."""
    command = [
        sys.executable,
        "-c",
        CODE,
        str(folder / "events.csv"),
        str(visitors),
        str(folder / "truth.parquet"),
        str(Path(__file__).resolve().parents[1]),
    ]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.gate
def test_memory_stays_bounded(tmp_path: Path) -> None:
    """Four million visitors: a log far larger than the bound, so that holding it whole would show."""
    assert peak(tmp_path, 4_000_000) < ENGINE + REST
