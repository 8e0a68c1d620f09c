"""Rows that come in one turn of the event loop are scored one after another, each to its own bits."""

import asyncio
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.service.state import State
from willbuy.service.together import Together

Row = Any


class Model:
    """A model whose log-odds are the row's first value; it fails on a row that begins with a negative one."""

    def __init__(self) -> None:
        self.scored: list[float] = []

    def in_range(self, row: Row) -> tuple[float, float]:
        """Score a row, and note it."""
        self.scored.append(row[0])
        if row[0] < 0:
            raise ValueError("a negative value")
        return row[0], row[0] / 2


async def turns(together: Together, model: Model, values: list[list[float]]) -> list[list[Any]]:
    """What comes of the rows of each turn: scores, or what was raised."""
    return [
        await asyncio.gather(
            *(together.score(model, [value]) for value in turn),  # type: ignore[arg-type]
            return_exceptions=True,
        )
        for turn in values
    ]


@given(st.lists(st.lists(st.integers(-3, 50).map(float), min_size=1, max_size=8), max_size=6))
def test_every_row_gets_its_own_score_whatever_comes_with_it(values: list[list[float]]) -> None:
    model = Model()
    found = asyncio.run(turns(Together(), model, values))
    for turn, scores in zip(values, found, strict=True):
        for value, score in zip(turn, scores, strict=True):
            assert isinstance(score, ValueError) if value < 0 else score == (value, value / 2)
    assert model.scored == [value for turn in values for value in turn]


def test_rows_wait_for_each_other_only_where_several_came_in_the_turn_before() -> None:
    """With many a turn, all are read before the first is scored; alone, each is scored where it is read."""
    steps: list[str] = []

    class Noted(Model):
        def in_range(self, row: Row) -> tuple[float, float]:
            steps.append("score")
            return super().in_range(row)

    async def request(together: Together, model: Model) -> None:
        steps.append("read")
        await together.score(model, [1.0])  # type: ignore[arg-type]

    async def run() -> None:
        together, model = Together(), Noted()
        for together_in_turn in (3, 3, 1, 1):
            await asyncio.gather(*(request(together, model) for _ in range(together_in_turn)))

    asyncio.run(run())
    alternating, rest = steps[:6], steps[6:]
    assert all(one != other for one, other in pairwise(alternating))
    assert rest[:6] == ["read"] * 3 + ["score"] * 3
    assert rest[6:] == ["read", "score"] * 2


def test_a_request_that_was_given_up_is_passed_over() -> None:
    async def run() -> tuple[list[Any], list[float]]:
        together, model = Together(), Model()
        await turns(together, model, [[1.0, 2.0]])
        tasks = [asyncio.ensure_future(together.score(model, [value])) for value in (3.0, 4.0)]  # type: ignore[arg-type]
        asyncio.get_running_loop().call_soon(tasks[0].cancel)
        await asyncio.sleep(0)
        return await asyncio.gather(*tasks, return_exceptions=True), model.scored

    found, scored = asyncio.run(run())
    assert found[1] == (4.0, 2.0)
    assert isinstance(found[0], asyncio.CancelledError) or found[0] == (3.0, 1.5)
    assert scored[-1] == 4.0


def test_a_loop_that_ended_in_the_middle_of_a_turn_keeps_no_later_one_waiting() -> None:
    together, model = Together(), Model()

    async def cut_off() -> None:
        asyncio.get_running_loop().stop()  # after this turn: what was put off is never done
        await together.score(model, [1.0])  # type: ignore[arg-type]

    for _ in range(3):
        asyncio.run(turns(together, model, [[1.0, 2.0]]))
        loop = asyncio.new_event_loop()
        try:
            task = loop.create_task(cut_off())
            loop.run_forever()
            assert not task.done() or task.result() is None
        finally:
            loop.close()
    assert asyncio.run(turns(together, model, [[5.0]])) == [[(5.0, 2.5)]]


@pytest.mark.parametrize("many", [1, 7])
def test_rows_of_a_served_model_have_the_bits_of_its_golden_ones(log_state: State, many: int) -> None:
    serving = log_state.holder.current
    assert serving is not None
    rows, expected = serving.bundle.golden["rows"], serving.bundle.golden["probability"]

    async def run() -> list[Any]:
        together, found = Together(), []
        for start in range(0, len(rows), many):
            turn = rows[start : start + many]
            found += await asyncio.gather(*(together.score(serving.one, row) for row in turn))
        return found

    assert np.array_equal([probability for _, probability in asyncio.run(run())], expected)
