"""`make demo`, small: the same script on fewer visitors, twice, since the second run meets the first one's folder."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.results import beside_truth

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "scripts" / "demo.py"


def demo(folder: Path, visitors: int = 5000) -> subprocess.CompletedProcess[str]:
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
        "parity",
        "promote",
        "serve",
    ]
    assert "POST /events" in done.stdout and "because of:" in done.stdout
    assert "With your own file" in done.stdout


@pytest.mark.gate
def test_the_whole_demo_is_calibrated_and_near_the_truth(tmp_path: Path) -> None:
    """G11's figures at a base rate of 8.5 %, and how much of what could be known was learnt."""
    folder = tmp_path / "demo"
    done = demo(folder, visitors=100_000)
    assert done.returncode == 0, done.stdout + done.stderr
    truth = ["simulate", "--preset", "dense", "--output", "again.csv", "--truth", "truth.csv"]
    subprocess.run([sys.executable, "-m", "willbuy", *truth], cwd=folder, check=True, capture_output=True)
    assert (folder / "again.csv").read_bytes() == (folder / "events.csv").read_bytes()
    test = json.loads((folder / ".willbuy" / "runs" / "0001" / "result.json").read_text())["test"]
    assert test["ece"] <= 0.02
    assert 0.9 <= test["calibration_slope"] <= 1.1
    assert 0.9 <= test["predicted_over_actual"] <= 1.1
    top = max(test["calibration"], key=lambda one: one["lowest"])  # of ten bins of about as many rows
    assert 0.8 <= top["predicted"] / (top["positives"] / top["n"]) <= 1.25
    found = beside_truth(folder, "0001")
    assert found["n"] == test["n"]
    assert found["closed"] >= 0.9
    assert found["model_ap"] >= 0.85 * found["best_ap"]
