"""A model in shadow: the same rows, scored beside the champion, in the log and nowhere else."""

import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from made_up_models import make_run, random_rows
from waiting import until
from willbuy.errors import InputError
from willbuy.models.bundle import load_bundle
from willbuy.service.serving import Serving, serving_of
from willbuy.service.shadow import Shadow
from willbuy.store.predictions import Answer, PredictionLog, read_answers

NOW = datetime(2026, 1, 2)


def clock() -> datetime:
    return NOW


def model(home: Path, seed: int, width: int = 6) -> Serving:
    run = make_run(home, seed, width=width, family=("boosting", "forest", "logistic")[seed % 3])
    return serving_of(load_bundle(home / "runs" / run / "bundle"), run, None, NOW)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[PredictionLog]:
    log = PredictionLog(tmp_path, days=90, clock=clock, interval=0.01)
    yield log
    log.close()


def answers(champion: Serving, count: int) -> list[tuple[Answer, Any]]:
    rows = random_rows(np.random.default_rng(5), count, len(champion.names))
    found = []
    for number, row in enumerate(rows):
        log_odds, probability = champion.one(row)
        answer = Answer(
            f"a{number:04}", "ann", "/predict", champion.version, NOW, row.tobytes(), log_odds, probability
        )
        found.append((answer, row))
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_shadow_scores_the_same_rows_and_the_champion_is_what_it_was(
    tmp_path: Path, log: PredictionLog, seed: int
) -> None:
    champion, shadow = model(tmp_path, 0), model(tmp_path, seed)
    beside = Shadow(SimpleNamespace(shadow=shadow), log)
    put = answers(champion, 100)
    for answer, row in put:
        beside.put(answer, champion, row)
    beside.close()
    log.flush()
    found = list(read_answers(tmp_path))
    expected = [
        a._replace(shadow_version=shadow.version, shadow_probability=shadow.one(r)[1]) for a, r in put
    ]
    assert found == expected  # the same bits as when it is champion itself
    assert (beside.scored, beside.missing, beside.dropped, beside.faults) == (100, 0, 0, 0)


def test_the_thread_works_by_itself(tmp_path: Path, log: PredictionLog) -> None:
    champion = model(tmp_path, 0)
    beside = Shadow(SimpleNamespace(shadow=model(tmp_path, 1)), log, interval=0.01)
    for answer, row in answers(champion, 40):
        beside.put(answer, champion, row)
    until(lambda: log.written == 40)
    assert (beside.scored, log.written) == (40, 40)
    beside.close()


def test_without_a_shadow_nothing_waits_and_no_thread_runs(tmp_path: Path, log: PredictionLog) -> None:
    champion = model(tmp_path, 0)
    before = threading.active_count()
    beside = Shadow(SimpleNamespace(shadow=None), log)
    [(answer, row)] = answers(champion, 1)
    beside.put(answer, champion, row)
    assert threading.active_count() == before
    log.flush()
    assert list(read_answers(tmp_path)) == [answer]


def test_a_shadow_of_fewer_features_reads_its_own_of_them(tmp_path: Path, log: PredictionLog) -> None:
    champion, shadow = model(tmp_path, 0), model(tmp_path, 1, width=4)
    beside = Shadow(SimpleNamespace(shadow=shadow), log)
    put = answers(champion, 20)
    for answer, row in put:
        beside.put(answer, champion, row)
    assert log.flush()  # asks the shadow first
    found = [answer.shadow_probability for answer in read_answers(tmp_path)]
    assert found == [shadow.one(row[:4])[1] for _, row in put]


def test_a_shadow_of_more_features_asks_the_request(tmp_path: Path, log: PredictionLog) -> None:
    champion, shadow = model(tmp_path, 0), model(tmp_path, 1, width=8)
    beside = Shadow(SimpleNamespace(shadow=shadow), log)
    put = answers(champion, 4)

    def lacks(serving: Serving) -> Any:
        raise InputError("the request carried too little")

    def breaks(serving: Serving) -> Any:
        raise KeyError("a fault")

    wide = random_rows(np.random.default_rng(8), 1, 8)[0]
    for (answer, row), again in zip(put, (None, lacks, breaks, lambda serving: wide.tolist()), strict=True):
        beside.put(answer, champion, row, again)
    log.flush()
    found = [answer.shadow_probability for answer in read_answers(tmp_path)]
    assert found == [None, None, None, shadow.one(wide)[1]]
    assert (beside.scored, beside.missing, beside.faults) == (1, 2, 1)


def test_a_row_of_the_wrong_width_spoils_no_other_answer(tmp_path: Path, log: PredictionLog) -> None:
    champion = model(tmp_path, 0)
    beside = Shadow(SimpleNamespace(shadow=model(tmp_path, 1, width=8)), log)
    for answer, row in answers(champion, 5):
        beside.put(answer, champion, row, lambda serving: [1.0, 2.0])
    log.flush()
    assert len(list(read_answers(tmp_path))) == 5
    assert (beside.scored, beside.faults) == (0, 5)


def test_categories_of_another_training_are_read_again(tmp_path: Path, log: PredictionLog) -> None:
    """A category's code is its place among those that a model knew: the champion's row says nothing to another."""
    champion, shadow = model(tmp_path, 0), model(tmp_path, 1)
    champion.bundle.manifest["columns"] = [{"name": "Month", "values": ["Feb", "Nov"]}]
    shadow.bundle.manifest["columns"] = [{"name": "Month", "values": ["Feb", "Mar", "Nov"]}]
    beside = Shadow(SimpleNamespace(shadow=shadow), log)
    put = answers(champion, 2)
    other = random_rows(np.random.default_rng(8), 1, 6)[0]
    beside.put(put[0][0], champion, put[0][1])
    beside.put(put[1][0], champion, put[1][1], lambda serving: other)
    log.flush()
    assert [a.shadow_probability for a in read_answers(tmp_path)] == [None, shadow.one(other)[1]]


def test_a_full_queue_loses_the_shadow_and_not_the_answer(tmp_path: Path, log: PredictionLog) -> None:
    """D11: bounded, and counted."""
    champion = model(tmp_path, 0)
    beside = Shadow(SimpleNamespace(shadow=model(tmp_path, 1)), log, most=10, interval=60)
    for answer, row in answers(champion, 25):
        beside.put(answer, champion, row)
    assert beside.dropped == 15
    log.flush()
    found = [answer.shadow_probability for answer in read_answers(tmp_path)]
    assert len(found) == 25 and found.count(None) == 15
    beside.close()


def test_what_waits_for_the_shadow_is_erased_too(tmp_path: Path, log: PredictionLog) -> None:
    """P2."""
    champion = model(tmp_path, 0)
    beside = Shadow(SimpleNamespace(shadow=model(tmp_path, 1)), log, interval=60)
    for number, (answer, row) in enumerate(answers(champion, 20)):
        beside.put(answer._replace(entity=f"visitor-{number % 2}"), champion, row)
    assert log.erase("visitor-1") == 10
    log.close()
    assert {answer.entity for answer in read_answers(tmp_path)} == {"visitor-0"}
    beside.close()


def test_closing_the_log_takes_what_waits_for_the_shadow(tmp_path: Path) -> None:
    log = PredictionLog(tmp_path, days=90, clock=clock)
    champion = model(tmp_path, 0)
    beside = Shadow(SimpleNamespace(shadow=model(tmp_path, 1)), log, interval=60)
    for answer, row in answers(champion, 20):
        beside.put(answer, champion, row)
    log.close()
    assert (log.written, log.dropped, beside.scored) == (20, 0, 20)
    beside.close()
