"""Distinct rows: found exactly, in order, and given up where rows hardly repeat or hashes collide."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from willbuy.models import distinct
from willbuy.models.distinct import distinct_rows

VALUES = st.sampled_from([0.0, -0.0, 1.0, 2.0, 3.0, 1e300, np.nan, 0.1])


@given(arrays(np.float64, st.tuples(st.integers(0, 60), st.integers(1, 3)), elements=VALUES))
def test_the_rows_come_back_bit_by_bit(rows):
    found = distinct_rows(rows)
    different = {row.tobytes() for row in rows}
    if found is None:
        assert len(rows) < 2 or len(different) > distinct.WORTH * len(rows)
        return
    first, which = found
    assert rows[first][which].tobytes() == rows.tobytes()
    assert len(first) == len(different)
    assert first.tolist() == sorted(first.tolist())


def test_whole_numbers_and_tiny_differences_do_not_collide():
    random = np.random.default_rng(1)
    rows = random.poisson(1, (50_000, 7)).astype(float)
    first, which = distinct_rows(rows)
    assert len(first) == len(np.unique(rows, axis=0))
    assert (rows[first][which] == rows).all()


def test_rows_that_hardly_repeat_are_left_alone():
    random = np.random.default_rng(1)
    for different, worth in ((9_000, True), (30_000, True), (95_000, False), (100_000, False)):
        rows = random.normal(size=(different, 3))[random.integers(0, different, 100_000)]
        rows[:different] = rows[:different] if worth else random.normal(size=(different, 3))
        assert (distinct_rows(rows) is not None) == worth


def test_rows_that_differ_in_a_last_bit_are_different():
    rows = np.full((10, 3), 0.1)
    rows[4, 1] = np.nextafter(0.1, 1)
    assert distinct_rows(rows) is None  # as float32 they are the same: they share a hash, and are found out
    assert distinct_rows(rows.astype(np.float32))[1].tolist() == [0] * 10


def test_rows_of_one_hash_are_never_mixed(monkeypatch):
    rows = np.repeat(np.arange(10.0), 10)[:, None]
    assert distinct_rows(rows) is not None
    monkeypatch.setattr(distinct, "_hashes", lambda rows: (rows[:, 0] % 2).astype(np.uint64))
    assert distinct_rows(rows) is None
