"""`make demo`, small: the same script on fewer visitors, twice, since the second run meets the first one's folder."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "scripts" / "demo.py"


def demo(folder: Path, visitors: int = 3000) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(DEMO), "--folder", str(folder), "--visitors", str(visitors)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_it_leaves_alone_what_is_no_demo(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("precious")
    done = demo(tmp_path)
    assert done.returncode == 1
    assert "is no earlier demo" in done.stderr
    assert (tmp_path / "letters.txt").read_text() == "precious"


@pytest.mark.gate
def test_it_runs_twice(tmp_path: Path) -> None:
    for _ in range(2):
        done = demo(tmp_path / "demo")
        assert done.returncode == 0, done.stdout + done.stderr
    for name in ("events.csv", "shop.toml", "report.html", "scores.csv"):
        assert (tmp_path / "demo" / name).stat().st_size > 0
    commands = [line for line in done.stdout.splitlines() if line.startswith("$ willbuy ")]
    assert [line.split()[2] for line in commands] == [
        "simulate",
        "init",
        "ingest",
        "train",
        "report",
        "score",
    ]
    assert "With your own file" in done.stdout
