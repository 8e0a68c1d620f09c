"""Wrong arguments to the simulated shop: each one clear line, and nothing written."""

import resource
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from willbuy.errors import WillbuyError
from willbuy.events.simulate import simulate
from willbuy.events.simulation import write_simulated_log

WRONG: list[tuple[dict[str, Any], str]] = [
    (
        {"preset": "danse"},
        "no simulated shop is called 'danse': choose retailrocket, dense. Did you mean 'dense'?",
    ),
    ({"visitors": 0}, "visitors is 0: give a whole number from 1 to 100,000,000"),
    ({"visitors": 2.5}, "visitors is 2.5"),
    ({"visitors": True}, "visitors is True"),
    ({"seed": -1}, "seed is -1"),
    ({"days": 0}, "days is 0"),
    ({"block": 0}, "block is 0"),
    ({"start": datetime(2015, 5, 3, tzinfo=UTC)}, "give UTC without a zone"),
    ({"start": datetime(2015, 5, 3, microsecond=1)}, "whole milliseconds"),
    ({"truth": Path("truth.txt")}, "end its name with .csv or .parquet"),
    ({"truth": Path("events.csv")}, "give the truth a name of its own"),
    ({"truth": Path("t.csv"), "horizon": timedelta(0)}, "horizon is 0:00:00"),
    ({"truth": Path("t.csv"), "horizon": timedelta(days=30)}, "no anchor's window of 30 days"),
    (
        {"truth": Path("t.csv"), "anchors": [datetime(2014, 1, 1)]},
        "anchor 2014-01-01 00:00:00 lies outside the log",
    ),
    ({"truth": Path("t.csv"), "anchors": [datetime(2015, 5, 6), datetime(2015, 5, 5)]}, "not in order"),
    ({"truth": Path("t.csv"), "anchors": []}, "no anchor's window"),
]


@pytest.mark.parametrize(
    ("wrong", "said"), WRONG, ids=[next(reversed(w)) + f"-{n}" for n, (w, _) in enumerate(WRONG)]
)
def test_wrong_arguments(tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
    arguments = {"visitors": 50, "days": 10, **wrong}
    if "truth" in wrong:
        arguments["truth"] = tmp_path / wrong["truth"]
    with pytest.raises(WillbuyError) as caught:
        write_simulated_log(tmp_path / "events.csv", **arguments)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "said"), [("events.txt", "end its name"), ("no/events.csv", "make that folder first")]
)
def test_wrong_files(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(WillbuyError, match=said):
        write_simulated_log(tmp_path / name, visitors=50, days=10)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "events.csv").mkdir()
    with pytest.raises(WillbuyError, match="which is a folder"):
        write_simulated_log(tmp_path / "events.csv", visitors=50, days=10)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"truth_anchor": "2015-06-01"}, "needs a file to go to"),
        (
            {"truth": Path("t.csv"), "truth_anchor": "June"},
            "truth_anchor is 'June': give a day or a moment in UTC",
        ),
        ({"truth": Path("t.csv"), "truth_within": "week"}, "truth_within: 'week' is no span of time"),
    ],
)
def test_wrong_words(tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(WillbuyError, match=said):
        simulate(tmp_path / "events.csv", visitors=50, **wrong)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk."""
    path = tmp_path / "events.csv"
    path.write_text("the log of yesterday")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(WillbuyError, match="could not be written"):
            write_simulated_log(path, visitors=3_000, preset="dense")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_text() == "the log of yesterday"
    assert list(tmp_path.iterdir()) == [path]
