"""D11: every answer is in the log or counted in `dropped`, and logging never slows the answer."""

import sqlite3
import statistics
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from store.predictions.made_up import NOW, VERSION, made_up
from waiting import until
from willbuy.errors import WillbuyError
from willbuy.store.predictions import Answer, PredictionLog, daily, feature_names, read_answers


def clock() -> datetime:
    return NOW


@pytest.fixture
def log(tmp_path: Path) -> Iterator[PredictionLog]:
    log = PredictionLog(tmp_path, days=90, clock=clock, interval=0.01)
    yield log
    log.close()


def file(home: Path) -> Path:
    return home / "live" / "predictions.sqlite"


def test_what_is_put_is_read_back(tmp_path: Path, log: PredictionLog) -> None:
    put = list(made_up(300))
    put[7] = put[7]._replace(
        entity=None, shadow_version="beef" * 16, shadow_probability=0.25, as_of=datetime(1969, 7, 20)
    )
    for answer in put:
        log.put(answer)
    assert log.flush()
    assert list(read_answers(tmp_path)) == put
    assert (log.written, log.dropped, log.queued, log.error) == (300, 0, 0, None)


def test_feature_names_stand_beside_the_version(tmp_path: Path, log: PredictionLog) -> None:
    log.describe(VERSION, ["count_view_7d", "days_since_last"])
    log.put(next(made_up(1))._replace(shadow_version="beef", shadow_probability=0.5))
    log.flush()
    assert feature_names(tmp_path) == {VERSION: ("count_view_7d", "days_since_last"), "beef": None}


def test_close_writes_what_waits_and_counts_what_comes_after(tmp_path: Path) -> None:
    """D11."""
    log = PredictionLog(tmp_path, days=90, clock=clock, interval=60)
    put = list(made_up(100))
    for answer in put:
        log.put(answer)
    log.close()
    log.put(put[0])
    assert not log.flush()
    assert len(list(read_answers(tmp_path))) == 100
    assert (log.written, log.dropped) == (100, 1)


def test_many_threads_put_and_nothing_is_lost_uncounted(tmp_path: Path) -> None:
    """D11: with a queue that is far too small."""
    log = PredictionLog(tmp_path, days=90, clock=clock, most=50, interval=0.001)
    answers = list(made_up(2_000))
    threads = [threading.Thread(target=lambda: [log.put(answer) for answer in answers]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    assert log.dropped > 0
    assert log.written + log.dropped == 8_000
    assert len(list(read_answers(tmp_path))) == log.written


def test_a_locked_file_slows_nobody_and_loses_nothing(tmp_path: Path, log: PredictionLog) -> None:
    """D11: while an insert takes two seconds, putting costs what it costs otherwise."""
    answers = list(made_up(2_000))

    def cost() -> float:
        """The processor time of a hundred answers put, the median of many."""
        times = []
        for start in range(0, 2_000, 100):
            before = time.thread_time()
            for answer in answers[start : start + 100]:
                log.put(answer)
            times.append(time.thread_time() - before)
            time.sleep(0.1)
        return statistics.median(times)

    with closing(sqlite3.connect(file(tmp_path), isolation_level=None)) as other:
        free = cost()
        assert log.flush(60)
        other.execute("BEGIN IMMEDIATE")  # whoever writes now waits
        locked = cost()
        assert (log.written, log.dropped, log.queued) == (2_000, 0, 2_000)
        other.execute("ROLLBACK")
    assert log.flush(60)
    assert (log.written, log.dropped) == (4_000, 0)
    assert locked < 3 * free


def test_the_queue_is_bounded_and_the_rest_is_counted(tmp_path: Path) -> None:
    """D11."""
    log = PredictionLog(tmp_path, days=90, clock=clock, most=100, interval=60)
    for answer in made_up(250):
        log.put(answer)
    assert (log.queued, log.dropped) == (100, 150)
    log.close()
    assert (log.written, log.dropped) == (100, 150)


@pytest.mark.parametrize(
    "poison",
    [{"id": "\ud800"}, {"entity": "\udfff"}, {"moment": "now"}, {"probability": "high"}, {"features": None}],
    ids=str,
)
def test_one_answer_that_cannot_be_written_takes_no_other_with_it(
    tmp_path: Path, log: PredictionLog, poison: dict[str, object]
) -> None:
    answers = list(made_up(200))
    for number, answer in enumerate(answers):
        log.put(answer._replace(**poison) if number in (0, 93) else answer)  # type: ignore[arg-type]
    assert log.flush()
    kept = [answer for number, answer in enumerate(answers) if number not in (0, 93)]
    assert list(read_answers(tmp_path)) == kept
    assert (log.written, log.dropped, log.error) == (198, 2, None)
    assert sum(day.answers for day in daily(tmp_path)) == 198


def test_old_answers_go_and_their_days_stay(tmp_path: Path) -> None:
    """P3: rows older than the limit are gone, aggregates stay."""
    now = [NOW]
    log = PredictionLog(tmp_path, days=30, clock=lambda: now[0], interval=0.01)
    old = list(made_up(3_500))
    for answer in old:
        log.put(answer)
    log.flush()
    before = daily(tmp_path)
    now[0] = NOW + timedelta(days=30, seconds=2_000)
    log.close()
    log = PredictionLog(tmp_path, days=30, clock=lambda: now[0], interval=0.01)
    until(lambda: len(list(read_answers(tmp_path))) <= 1_500)
    log.close()
    assert list(read_answers(tmp_path)) == old[2_000:]  # what is exactly so many days old stays
    assert daily(tmp_path) == before
    assert sum(day.answers for day in before) == 3_500


def test_a_home_that_cannot_be_written_is_said_and_counted(tmp_path: Path) -> None:
    (tmp_path / "live").write_text("a file where a folder should be")
    log = PredictionLog(tmp_path, days=90, clock=clock, interval=0.01)
    assert log.error
    for answer in made_up(10):
        log.put(answer)
    assert not log.flush(0.1)
    (tmp_path / "live").unlink()
    assert log.flush(60)
    assert (log.written, log.dropped, log.error) == (10, 0, None)
    log.close()


def test_a_log_of_another_format_is_refused(tmp_path: Path) -> None:
    file(tmp_path).parent.mkdir()
    other = sqlite3.connect(file(tmp_path))
    other.execute("PRAGMA user_version = 9")
    other.close()
    with pytest.raises(WillbuyError, match="format 9"):
        PredictionLog(tmp_path, days=90, clock=clock)


def test_two_processes_may_log_into_one_file(tmp_path: Path, log: PredictionLog) -> None:
    second = PredictionLog(tmp_path, days=90, clock=clock, interval=0.01)
    for one, other in zip(made_up(500), made_up(500, seed=2), strict=True):
        log.put(one)
        second.put(other)
    second.close()
    log.flush()
    assert len(list(read_answers(tmp_path))) == 1_000 == log.written + second.written


def test_putting_is_a_queue_and_no_more() -> None:
    """D11: at most 3 us, said as a ratio of one run: less than making the answer that is put."""
    log = PredictionLog.__new__(PredictionLog)
    log._queue, log._most = deque(), 10**6
    fields = tuple(next(made_up(1)))
    answers = [Answer(*fields)] * 20_000
    ratios = []
    for _ in range(5):
        before = time.thread_time()
        for answer in answers:
            log.put(answer)
        middle = time.thread_time()
        for _ in answers:
            Answer(*fields)
        ratios.append((middle - before) / (time.thread_time() - middle))
    assert min(ratios) < 3
