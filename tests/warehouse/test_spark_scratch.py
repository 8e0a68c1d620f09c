"""Folders for working tables: one a process, gone with it; what a killed process left is removed by the next, a living one's not."""

import signal
import subprocess
import sys
from pathlib import Path

from willbuy.warehouse.spark.scratch import own_folder

ROOT = Path(__file__).resolve().parents[2]
OWNER = """
import os, signal, sys
from pathlib import Path
from willbuy.warehouse.spark.scratch import own_folder

folder = own_folder(Path(sys.argv[1]))
(folder / "table").mkdir()
(folder / "table" / "part-0.parquet").write_text("rows")
print(folder, flush=True)
if sys.argv[2] == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
sys.stdin.read()
"""


def owner(root: Path, fate: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", OWNER, str(root), fate],
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def named_by(process: "subprocess.Popen[str]") -> Path:
    assert process.stdout is not None
    return Path(process.stdout.readline().strip())


def test_what_a_killed_process_left_is_removed_and_a_living_one_keeps_its_own(tmp_path: Path) -> None:
    with owner(tmp_path, "lives") as living, owner(tmp_path, "killed") as killed:
        alive, left = named_by(living), named_by(killed)
        assert killed.wait() == -signal.SIGKILL
        assert (left / "table" / "part-0.parquet").exists()
        own = own_folder(tmp_path)
        assert own == own_folder(tmp_path)
        assert {path.name for path in tmp_path.glob("process-*")} == {own.name, alive.name}
        assert (alive / "table" / "part-0.parquet").exists()
        living.communicate("")
    assert living.returncode == 0
    assert not alive.exists()
