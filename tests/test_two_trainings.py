"""Two trainings of one shop at once: two runs, neither disturbs the other, and both make the same bundle."""

import json
import subprocess
import sys
from pathlib import Path

from willbuy.events.ingest import ingest
from willbuy.events.look import init
from willbuy.events.simulate import simulate
from willbuy.runs import complete_run
from willbuy.shop import load_shop


def test_two_trainings_at_once_make_two_runs_and_one_bundle(tmp_path: Path) -> None:
    simulate(tmp_path / "events.csv", visitors=1500, preset="dense", seed=3)
    init([tmp_path / "events.csv"], preset="retailrocket", within="7d", shop_path=tmp_path / "shop.toml")
    with (tmp_path / "shop.toml").open("a", encoding="utf-8") as file:
        file.write('\n[train]\ncandidates = ["logistic"]\ntrials = 1\nbootstrap = 100\n')
    shop = load_shop(tmp_path / "shop.toml")
    ingest(shop)
    command = [sys.executable, "-m", "willbuy", "train", "--json"]
    both = [
        subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    ended = [(process.communicate(timeout=300), process.returncode) for process in both]
    assert [code for _, code in ended] == [0, 0], [complaint for (_, complaint), _ in ended]
    first, second = (json.loads(printed) for (printed, _), _ in ended)
    assert {first["run"], second["run"]} == {"0001", "0002"}
    assert first["bundle"] == second["bundle"]
    assert complete_run(shop.home).name == "0002"
