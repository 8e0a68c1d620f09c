"""A split in time for sessions: those that had closed by a moment, and those that begin at or after it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from willbuy.backtest.spans import micros, micros_of, moment_of, span_of
from willbuy.backtest.split import EMBARGO, TEST, TRAIN, Kind, Parts, Split
from willbuy.durations import Duration
from willbuy.errors import NotEnoughData, SplitError


@dataclass(frozen=True)
class SessionSplit(Split):
    """Sessions that closed before the cutoff train; sessions that begin at or after it are the test.

    The sessions that were open at the cutoff are the embargo, all their anchors with them.
    """

    kind: ClassVar[Kind] = "time"
    cutoff: datetime
    lag: timedelta

    def parts(self, rows: pd.DataFrame) -> Parts:
        """The part of each row by its session's first anchor and by when the session had closed."""
        first = micros(rows.groupby("session", sort=False)["anchor"].transform("min"))
        known = micros(rows["closes"]) + micros_of(self.lag)
        cutoff = micros((self.cutoff,))[0]
        result = np.full(len(rows), EMBARGO, dtype=np.int8)
        result[first >= cutoff] = TEST
        result[(first < cutoff) & (known <= cutoff)] = TRAIN
        if (micros(rows["anchor"])[result == TRAIN] >= cutoff).any():
            raise SplitError(
                "a session has an anchor after it closed; `closes` must be its last event plus the gap"
            )
        return result

    def describe(self) -> dict[str, Any]:
        """The cutoff as ISO text, the lag in seconds."""
        return {
            "kind": self.kind,
            "reason": self.reason,
            "cutoff": self.cutoff.isoformat(),
            "lag_seconds": self.lag.total_seconds(),
        }


def split_sessions(
    rows: pd.DataFrame, lag: Duration | timedelta = timedelta(0), share: float = 0.25, keep: float = 0.5
) -> SessionSplit:
    """Split session anchors in time: the newest `share` of sessions by their first anchor is the test.

    `rows` has `session`, `anchor` and `closes` (the session's last event plus the gap). The embargo is the sessions that
    were still open at the cutoff; where less than `keep` of the older sessions had closed, the log is too short
    for its sessions and NotEnoughData is raised: split by entity then.
    """
    lag = span_of(lag, "lag", least=0)
    starts = np.sort(micros(rows.groupby("session", sort=False)["anchor"].min()))
    if len(starts) < 2:
        raise NotEnoughData(f"a split in time needs at least 2 sessions; found {len(starts)}")
    cutoff = starts[min(int(np.ceil(len(starts) * (1 - share))), len(starts) - 1)]
    split = SessionSplit(cutoff=moment_of(cutoff), lag=lag)
    part = pd.Series(split.parts(rows), index=rows.index).groupby(rows["session"], sort=False).first()
    older, closed = int((part != TEST).sum()), int((part == TRAIN).sum())
    if closed == 0 or closed < keep * older:
        raise NotEnoughData(
            f"of {older:,} sessions that began before {split.cutoff.replace(microsecond=0)} only {closed:,} had closed"
            " by then: the log is too short for a split in time"
        )
    return split
