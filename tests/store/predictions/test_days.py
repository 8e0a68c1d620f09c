"""Daily counts: what stays of the log for ever."""

import math
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.predictions.made_up import NOW, VERSION, made_up
from willbuy.errors import WillbuyError
from willbuy.store.predictions import EDGES, PredictionLog, daily
from willbuy.store.predictions.days import BINS, bin_of


@given(st.floats(0, 1))
def test_a_probability_lies_between_the_edges_of_its_bin(probability: float) -> None:
    found = bin_of(probability)
    below, above = (0.0, *EDGES)[found], (*EDGES, 1.0)[found]
    assert below - 1e-12 <= probability <= above + 1e-12


def test_the_edges_are_even_in_log_odds() -> None:
    odds = [math.log(edge / (1 - edge)) for edge in EDGES]
    assert len(EDGES) == BINS - 1
    assert np.diff(odds) == pytest.approx(0.5)


def test_days_versions_and_shadows_are_counted_apart(tmp_path: Path) -> None:
    log = PredictionLog(tmp_path, days=90, clock=lambda: NOW)
    answers = [answer._replace(shadow_version="beef", shadow_probability=0.5) for answer in made_up(50)]
    answers += [answer._replace(version="cafe") for answer in made_up(70, start=NOW + timedelta(hours=12))]
    answers += [answer._replace(probability=math.nan) for answer in made_up(3)]
    for answer in answers:
        log.put(answer)
    log.close()
    found = {(day.day, day.version, day.shadow): day for day in daily(tmp_path)}
    assert set(found) == {
        (date(2015, 9, 1), VERSION, False),
        (date(2015, 9, 1), "beef", True),
        (date(2015, 9, 2), "cafe", False),
    }
    champion = found[date(2015, 9, 1), VERSION, False]
    expected = [answer.probability for answer in answers[:50]]
    assert champion.answers == sum(champion.histogram) == 50
    assert champion.mean == pytest.approx(np.mean(expected))
    counts, _ = np.histogram(expected, [0, *EDGES, 1])
    assert champion.histogram == tuple(counts)
    assert found[date(2015, 9, 1), "beef", True].mean == 0.5


def test_a_log_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(WillbuyError, match="nothing has been logged yet"):
        daily(tmp_path)
