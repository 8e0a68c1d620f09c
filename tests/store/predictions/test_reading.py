"""Reading the log by moment and version, in chunks."""

import random
from datetime import timedelta
from pathlib import Path

import pytest

from store.predictions.made_up import NOW, VERSION, made_up
from willbuy.errors import WillbuyError
from willbuy.store.predictions import PredictionLog, read_answers


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """100 answers of one version and 100 of another, put in no order of time, some of the same moment."""
    answers = list(made_up(100)) + [answer._replace(version="beef") for answer in made_up(100)]
    random.Random(1).shuffle(answers)
    log = PredictionLog(tmp_path, days=90, clock=lambda: NOW)
    for answer in answers:
        log.put(answer)
    log.close()
    return tmp_path


@pytest.mark.parametrize("chunk", [1, 3, 200, 5_000])
def test_every_answer_comes_once_in_order_of_time(home: Path, chunk: int) -> None:
    found = list(read_answers(home, chunk=chunk))
    assert len(set(found)) == len(found) == 200
    assert [answer.moment for answer in found] == sorted(answer.moment for answer in found)


@pytest.mark.parametrize("chunk", [1, 7, 5_000])
def test_since_is_in_and_until_is_out(home: Path, chunk: int) -> None:
    since, until = NOW + timedelta(seconds=10), NOW + timedelta(seconds=20)
    found = list(read_answers(home, since, until, VERSION, chunk))
    assert found == list(made_up(100))[10:20]


def test_a_slow_reader_holds_no_snapshot(home: Path) -> None:
    """The write-ahead log can be emptied while somebody reads."""
    reader = read_answers(home, chunk=10)
    next(reader)
    log = PredictionLog(home, days=90, clock=lambda: NOW)
    log.put(next(made_up(1)))
    assert log.flush()
    assert log.erase("visitor-0") > 0
    log.close()
    assert sum(1 for _ in reader) > 100


def test_what_is_no_log_is_said(tmp_path: Path) -> None:
    path = tmp_path / "live" / "predictions.sqlite"
    path.parent.mkdir()
    path.write_text("not a database, but long enough to be looked at " * 100)
    with pytest.raises(WillbuyError, match="cannot be read as a prediction log"):
        next(read_answers(tmp_path))
