"""The live benchmark: both sides say the same, and what they say is counted by hand."""

import json
import subprocess
import sys
from math import nan

import pytest

from benchmarks.house.visitors import FEW
from benchmarks.ours.live import the_fourteen
from willbuy.features.live import Evaluator, Event, Timeline


def said(module: str, *arguments: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_both_sides_say_the_same() -> None:
    ours = said("benchmarks.ours.live", "few", "fourteen", "kept")
    rival = said("benchmarks.rivals.pandas_visitor", "few")
    assert ours["checksum"] == rival["checksum"]
    assert ours["features"] == rival["features"] == 14
    kept, new = (said("benchmarks.ours.live", "few", "catalogue", way) for way in ("kept", "new"))
    assert kept["checksum"] == new["checksum"]


def test_the_features_are_those_counted_by_hand() -> None:
    evaluator = Evaluator(the_fourteen())
    for rows, asked in FEW.draw():
        assert len(rows) == FEW.each
        assert rows == sorted(rows, key=lambda row: row[0])
        for moment in asked:
            week = [row for row in rows if 0 < (moment - row[0]).total_seconds() <= 7 * 86_400]
            views, carts = (sum(row[1] == kind for row in week) for kind in ("view", "cart"))
            values = evaluator.values(Timeline(Event(*row) for row in rows), moment)
            assert values[3:5] == [views, carts]
            assert values[9] == len({row[2] for row in week if row[1] == "view"})
            assert values[13] == pytest.approx(carts / views if views else nan, nan_ok=True)
