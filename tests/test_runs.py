"""Runs: numbered folders; only the newest complete one keeps its snapshots."""

from pathlib import Path

import pytest

from willbuy.errors import WillbuyError
from willbuy.runs import SNAPSHOTS, complete_run, drop_older_snapshots, new_run, write_result


def run(home: Path, complete: bool = True) -> Path:
    folder = new_run(home)
    (folder / SNAPSHOTS).mkdir()
    if complete:
        write_result(folder, {"run": folder.name})
    return folder


def test_runs_are_numbered_and_the_newest_complete_one_counts(tmp_path: Path) -> None:
    first, second, unfinished = run(tmp_path), run(tmp_path), run(tmp_path, complete=False)
    assert [folder.name for folder in (first, second, unfinished)] == ["0001", "0002", "0003"]
    assert complete_run(tmp_path) == second
    assert complete_run(tmp_path, "0001") == first


@pytest.mark.parametrize("name", ["0003", "0009", "../0001", "1"])
def test_a_run_that_is_not_complete_or_not_there_is_refused_with_those_that_are(
    tmp_path: Path, name: str
) -> None:
    run(tmp_path), run(tmp_path), run(tmp_path, complete=False)
    with pytest.raises(WillbuyError, match="There are: 0001, 0002"):
        complete_run(tmp_path, name)


def test_only_older_complete_runs_lose_their_snapshots(tmp_path: Path) -> None:
    older, training, newest, newer = (
        run(tmp_path),
        run(tmp_path, complete=False),
        run(tmp_path),
        run(tmp_path),
    )
    drop_older_snapshots(tmp_path, newest.name)
    kept = [folder.name for folder in (older, training, newest, newer) if (folder / SNAPSHOTS).is_dir()]
    assert kept == [training.name, newest.name, newer.name]
    assert complete_run(tmp_path, older.name) == older
