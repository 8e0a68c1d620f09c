"""Five of five leaks planted in tables are found by name, with a proof; clean tables raise no alarm (G1)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doctor.plants import sessions, tables_with_a_leak
from willbuy.doctor.case import Case
from willbuy.doctor.examine import examine


@pytest.mark.parametrize("name", list(tables_with_a_leak(0)))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_five_of_five_are_found(name: str, seed: int) -> None:
    found = examine(tables_with_a_leak(seed)[name]).stopping
    assert found and all(name in one.about for one in found)
    assert all(one.proof for one in found)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_clean_tables_raise_no_alarm(seed: int) -> None:
    columns, y = sessions(seed)
    assert [one for one in examine(Case(columns, y)).findings if one.grade != "note"] == []
