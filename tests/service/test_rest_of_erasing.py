"""The process that erases what the service does not hold: however many visitors are erased at once, one at a time."""

import sys
from pathlib import Path

import pytest

from waiting import until
from willbuy.service.rest_of_erasing import RestOfErasing

WORK = """
import sys, time, pathlib
folder = pathlib.Path(sys.argv[1])
mine = folder / f"working-{time.monotonic_ns()}"
mine.touch()
(folder / "log").open("a").write(f"{len(list(folder.glob('working-*')))} ")
time.sleep(0.3)
mine.unlink()
sys.exit(int(sys.argv[2]))
"""


def of_a_test(folder: Path, code: int) -> RestOfErasing:
    rest = RestOfErasing(folder / "shop.toml")
    rest._command = [sys.executable, "-c", WORK, str(folder), str(code)]
    return rest


def wait_for_end(rest: RestOfErasing) -> None:
    until(lambda: not rest._working)


def test_many_at_once_start_one_process_and_one_after_it(tmp_path: Path) -> None:
    rest = of_a_test(tmp_path, 0)
    for _ in range(50):
        rest()
    wait_for_end(rest)
    ran = (tmp_path / "log").read_text().split()
    assert set(ran) == {"1"}  # never two side by side
    assert 1 <= len(ran) <= 2
    rest()
    wait_for_end(rest)
    assert len((tmp_path / "log").read_text().split()) == len(ran) + 1


def test_one_that_fails_is_told_and_stops_no_later_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rest = of_a_test(tmp_path, 3)
    rest()
    wait_for_end(rest)
    assert "an erasure did not end (exit 3). Run: willbuy erase" in caplog.text
    rest._command = [str(tmp_path / "no such program")]
    rest()
    wait_for_end(rest)
    assert "no process can be started" in caplog.text
    rest._command = of_a_test(tmp_path, 0)._command
    rest()
    wait_for_end(rest)
    assert len((tmp_path / "log").read_text().split()) == 2
