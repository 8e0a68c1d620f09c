"""A split in time for tasks on a grid: training anchors, embargo, one test anchor.

It keeps `t + horizon + lag <= test` for every training anchor t: whatever a training label could know had happened, and
was known, when the test anchor came. Anchors between are the embargo: they belong to no part.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from willbuy.backtest.spans import in_words, iso, micros, sorted_moments, span_of
from willbuy.backtest.split import EMBARGO, TEST, TRAIN, Kind, Parts, Split
from willbuy.durations import Duration
from willbuy.errors import NotEnoughData, SplitError


@dataclass(frozen=True)
class TimeSplit(Split):
    """Training anchors, embargo, one test anchor: for horizon tasks."""

    kind: ClassVar[Kind] = "time"
    train: tuple[datetime, ...]
    embargoed: tuple[datetime, ...]
    test: datetime
    horizon: timedelta
    lag: timedelta

    def __post_init__(self) -> None:
        if not self.train:
            raise SplitError("a split in time needs at least one training anchor; none was given")
        if max(self.train) + self.horizon + self.lag > self.test:
            raise SplitError(
                f"the training anchor {max(self.train)} plus horizon {in_words(self.horizon)} and label lag"
                f" {in_words(self.lag)} reaches past the test anchor {self.test}; it belongs in the embargo"
            )

    def parts(self, rows: pd.DataFrame) -> Parts:
        """The part of each row by its anchor."""
        anchors = micros(rows["anchor"])
        result = np.full(len(anchors), -1, dtype=np.int8)
        for part, moments in ((TRAIN, self.train), (EMBARGO, self.embargoed), (TEST, (self.test,))):
            result[np.isin(anchors, micros(moments))] = part
        if (result < 0).any():
            stray = pd.Timestamp(rows["anchor"].to_numpy()[np.argmax(result < 0)])
            raise SplitError(
                f"the anchor {stray} is in no part of the split; build rows for the split's own anchors"
            )
        return result

    def describe(self) -> dict[str, Any]:
        """Anchors as ISO text, spans in seconds."""
        return {
            "kind": self.kind,
            "reason": self.reason,
            "train": iso(self.train),
            "embargo": iso(self.embargoed),
            "test": iso((self.test,)),
            "horizon_seconds": self.horizon.total_seconds(),
            "lag_seconds": self.lag.total_seconds(),
        }


def split_in_time(
    anchors: Iterable[datetime], horizon: Duration | timedelta, lag: Duration | timedelta
) -> TimeSplit:
    """Make the last anchor the test, and train on those whose labels were known by then.

    `anchors` are naive UTC moments, all matured. `lag` is how late labels become known (0 where events arrive at once).
    Raises NotEnoughData when no training anchor is left: split by entity then, which is not a test on the future.

    >>> week = timedelta(days=7)
    >>> start = datetime(2024, 1, 1)
    >>> split = split_in_time([start + n * week for n in range(4)], week, timedelta(days=1))
    >>> [moment.day for moment in split.train], [moment.day for moment in split.embargoed], split.test.day
    ([1, 8], [15], 22)
    """
    moments = sorted_moments(anchors)
    horizon, lag = span_of(horizon, "horizon", least=1), span_of(lag, "lag", least=0)
    if not moments:
        raise NotEnoughData(
            "no anchor has matured: the log is shorter than the horizon. Shorten [target] within"
        )
    test = moments[-1]
    train = tuple(moment for moment in moments if moment + horizon + lag <= test)
    if not train:
        raise NotEnoughData(
            f"no training anchor lies {in_words(horizon + lag)} (horizon and label lag) before the test anchor {test};"
            f" the first of {len(moments)} anchors is {moments[0]}. Shorten [target] within, or bring a longer log"
        )
    return TimeSplit(
        train=train, embargoed=tuple(moments[len(train) : -1]), test=test, horizon=horizon, lag=lag
    )
