"""Rolling origins: the splits in time that would have been made earlier, on logs that ended earlier.

One test is one moment. The same procedure at several of them shows how far its figures wander from week to week.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from willbuy.backtest.in_sessions import SessionSplit, split_sessions
from willbuy.backtest.in_time import TimeSplit, split_in_time
from willbuy.backtest.spans import micros, sorted_moments, span_of
from willbuy.backtest.split import TEST, TRAIN, Parts
from willbuy.durations import Duration
from willbuy.errors import NotEnoughData, SplitError

Bools = npt.NDArray[np.bool_]


def rolling_origins(
    anchors: Iterable[datetime], horizon: Duration | timedelta, lag: Duration | timedelta, count: int = 3
) -> list[TimeSplit]:
    """The splits in time that would have been made at each of the last `count` anchors, newest first.

    Their test anchors lie at least a horizon apart: a purchase counts in one of them. Fewer where the log is too short
    for them; an empty list where it is too short for one.
    """
    moments, apart = sorted_moments(anchors), span_of(horizon, "horizon", least=1)
    splits: list[TimeSplit] = []
    while moments and len(splits) < count:
        try:
            splits.append(split_in_time(moments, horizon, lag))
        except NotEnoughData:
            break
        moments = [moment for moment in moments if moment <= splits[-1].test - apart]
    return splits


@dataclass(frozen=True)
class Origin:
    """An earlier test: its moment, the rows to learn from and the rows to test on, as masks (n,).

    Of a table the moment is the name of a place in its order.
    """

    moment: datetime | str
    train: Bools = field(repr=False)
    test: Bools = field(repr=False)
    train_anchors: int | None = None

    @property
    def label(self) -> str:
        """The moment as it stands in a result: ISO text, or the name of the place."""
        return self.moment if isinstance(self.moment, str) else self.moment.isoformat()

    def check(self, known: npt.NDArray[np.int64]) -> None:
        """Raise SplitError where the label of a training row became known after the origin (G6).

        `known` (n,) is when each row's label was known, in microseconds since 1970.
        """
        if isinstance(self.moment, str):
            raise SplitError(f"the origin {self.moment!r} is a place in an order: no label has a time there")
        late = int((known[self.train] > micros((self.moment,))[0]).sum())
        if late or (self.train & self.test).any():
            raise SplitError(
                f"{late} training rows of the origin {self.moment} have labels that were known only after it"
            )


def origins_in_time(split: TimeSplit, rows: pd.DataFrame, count: int = 3) -> list[Origin]:
    """The origins before a split's test, newest first, among the rows of its training part."""
    anchors, wait = micros(rows["anchor"]), split.horizon + split.lag
    known = anchors + wait // timedelta(microseconds=1)
    found = []
    for earlier in rolling_origins(split.train, split.horizon, split.lag, count):
        origin = Origin(
            earlier.test,
            train=np.isin(anchors, micros(earlier.train)),
            test=anchors == micros((earlier.test,))[0],
            train_anchors=len(earlier.train),
        )
        origin.check(known)
        found.append(origin)
    return found


def rolling_sessions(
    split: SessionSplit, rows: pd.DataFrame, count: int = 3, share: float = 0.25
) -> list[Origin]:
    """The origins before a session split's cutoff, newest first, among the rows of its training part.

    Each tests the newest `share` of the sessions that the one after it trained on.
    """
    known = micros(rows["closes"]) + split.lag // timedelta(microseconds=1)
    left = np.ones(len(rows), dtype=np.bool_)
    found: list[Origin] = []
    while len(found) < count and left.any():
        try:
            earlier = split_sessions(rows[left], split.lag, share)
        except NotEnoughData:
            break
        parts: Parts = np.full(len(rows), -1, dtype=np.int8)
        parts[left] = earlier.parts(rows[left])
        origin = Origin(earlier.cutoff, train=parts == TRAIN, test=parts == TEST)
        origin.check(known)
        found.append(origin)
        left = origin.train
    return found
