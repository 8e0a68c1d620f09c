"""The log of answers on the server: what is put is read back, by whoever wrote it; who was erased stands in none."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from store.predictions.made_up import NOW, VERSION, made_up
from store.stores import Schemas
from willbuy.store.postgres.answers import PostgresAnswers
from willbuy.store.postgres.server import Server
from willbuy.store.postgres.store import PostgresStore
from willbuy.store.predictions import PredictionLog, daily
from willbuy.store.predictions.export import export_answers


@pytest.fixture
def answers(on_server: Schemas, tmp_path: Path) -> Iterator[PostgresAnswers]:
    with on_server(tmp_path) as store:
        assert isinstance(store, PostgresStore)
        yield PostgresAnswers(store._server, store._suppression)


def log_of(answers: PostgresAnswers) -> PredictionLog:
    return PredictionLog(answers, days=90, clock=lambda: NOW, interval=0.01)


def test_what_is_put_is_read_back(answers: PostgresAnswers, tmp_path: Path) -> None:
    put = list(made_up(300))
    put[7] = put[7]._replace(
        entity=None, shadow_version="beef" * 16, shadow_probability=0.25, as_of=datetime(1969, 7, 20)
    )
    log, file = log_of(answers), PredictionLog(tmp_path, days=90, clock=lambda: NOW)
    for one in (log, file):
        one.describe(VERSION, [f"feature_{n}" for n in range(5)])
        for answer in put:
            one.put(answer)
        one.close()
    assert list(answers.read()) == put
    assert list(answers.read(chunk=7)) == put
    assert list(answers.read(put[10].moment, put[20].moment, VERSION)) == put[10:20]
    assert answers.counts() == {VERSION: 300}
    assert answers.names() == {VERSION: tuple(f"feature_{n}" for n in range(5)), "beef" * 16: None}
    assert answers.daily() == daily(tmp_path)
    assert (log.written, log.dropped) == (300, 0)


def test_it_is_exported_as_a_file_is(answers: PostgresAnswers, tmp_path: Path) -> None:
    log = log_of(answers)
    log.describe(VERSION, [f"feature_{n}" for n in range(5)])
    for answer in made_up(50):
        log.put(answer)
    log.close()
    found = export_answers(tmp_path, tmp_path / "answers.csv", answers=answers)
    assert (found.answers, found.by_name) == (50, True)


def test_processes_write_beside_each_other(answers: PostgresAnswers) -> None:
    """All of them add to the same days, in whatever order."""
    logs = [log_of(answers) for _ in range(4)]

    def write(number: int) -> None:
        for answer in made_up(400, seed=number):
            logs[number].put(answer._replace(id=f"{number}-{answer.id}", version=f"v{number % 2}"))
        logs[number].close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [log.dropped for log in logs] == [0] * 4
    assert len({answer.id for answer in answers.read()}) == 1_600
    assert sum(day.answers for day in answers.daily()) == 1_600


def test_what_is_no_answer_is_dropped_alone(answers: PostgresAnswers) -> None:
    log = log_of(answers)
    put = list(made_up(40))
    put[13] = put[13]._replace(route="a\0b")
    for answer in put:
        log.put(answer)
    log.close()
    assert (log.written, log.dropped) == (39, 1)
    assert len(list(answers.read())) == 39


def test_old_answers_go_and_their_days_stay(answers: PostgresAnswers) -> None:
    log = log_of(answers)
    for answer in made_up(30):
        log.put(answer)
    log.flush()
    before = answers.daily()
    assert answers.expire(NOW + timedelta(days=100), 90) == 30
    log.close()
    assert (list(answers.read()), answers.daily()) == ([], before)


def test_p2_who_was_erased_is_named_in_no_answer(
    answers: PostgresAnswers, on_server: Schemas, tmp_path: Path
) -> None:
    """Also not in one that another process had in its queue meanwhile."""
    log, other = log_of(answers), PredictionLog(answers, days=90, clock=lambda: NOW, interval=60)
    for answer in made_up(70):
        log.put(answer)
        other.put(answer._replace(id=f"other-{answer.id}"))
    log.flush()
    with on_server(tmp_path) as store:
        store.erase("visitor-3")
        assert log.erase("visitor-3") == 10
        other.close()
        log.close()
    found = list(answers.read())
    assert "visitor-3" not in {answer.entity for answer in found}
    assert sum(answer.entity is None for answer in found) == 10


def test_a_server_that_is_not_there_keeps_answers_waiting(tmp_path: Path) -> None:
    from willbuy.hashed_ids import Suppression

    nowhere = PostgresAnswers(
        Server(f"postgresql://ann@/shops?host={tmp_path}", "shop"), Suppression(tmp_path)
    )
    log = log_of(nowhere)
    for answer in made_up(5):
        log.put(answer)
    assert log.error is not None
    log.close()
    assert (log.written, log.dropped) == (0, 5)
