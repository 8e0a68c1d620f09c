"""Rows whose requests came in one turn of the event loop are scored one right after another.

Between the reading of a body and the sending of an answer a processor forgets what it knew of a model: its tables, and the
code that reads them. Under load many requests come in one turn, so their rows wait for its end and are then scored in one
go, each by itself and to the same bits; the first brings the model into the caches, and the others find it there. A request
that comes alone is scored at once.
"""

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from willbuy.models.one_row import OneScore
    from willbuy.models.rows import Floats

Score = tuple[float, float]


class Together:
    """Scores the rows of an event loop's requests. Whether rows wait is decided by how many came in the turn before."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._came = 0  # rows in this turn
        self._many = False  # whether more than one came in the turn before
        self._waiting: list[tuple[asyncio.Future[Score], OneScore, Floats]] = []

    async def score(self, one: "OneScore", row: "Floats") -> Score:
        """(uncalibrated log-odds, calibrated probability) of a row (n_features,) that is in range; see `OneScore.in_range`.

        >>> class Halved:
        ...     def in_range(self, row): return row[0], row[0] / 2
        >>> async def three(together):
        ...     return await asyncio.gather(*(together.score(Halved(), [value]) for value in (1.0, 2.0, 3.0)))
        >>> asyncio.run(three(Together()))
        [(1.0, 0.5), (2.0, 1.0), (3.0, 1.5)]
        """
        loop = asyncio.get_running_loop()
        if not self._came or loop is not self._loop:
            self._loop, self._came, self._waiting = loop, 0, []
            loop.call_soon(self._turned)  # after the requests of this turn, which are in its queue already
        self._came += 1
        if not self._many:
            return one.in_range(row)
        future: asyncio.Future[Score] = loop.create_future()
        self._waiting.append((future, one, row))
        return await future

    def _turned(self) -> None:
        """The end of a turn: score what waits."""
        self._many, self._came = self._came > 1, 0
        waiting, self._waiting = self._waiting, []
        for future, one, row in waiting:
            if future.done():  # given up meanwhile
                continue
            try:
                future.set_result(one.in_range(row))
            except Exception as error:  # this request's, and no other's
                future.set_exception(error)
