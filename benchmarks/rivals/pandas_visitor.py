"""One visitor's fourteen features in pandas, as a service does that keeps each visitor's events as a DataFrame.

The frame is made before, once a visitor, its times are timestamps and its kinds categories; each question is masks and counts over it,
a window at a time.

Usage: python -m benchmarks.rivals.pandas_visitor VISITORS
"""

import sys
from datetime import datetime
from math import nan

import pandas as pd

from benchmarks.house import fourteen
from benchmarks.house.checksum import checksum
from benchmarks.house.side import Stages
from benchmarks.house.visitors import ALL, Visitors


def features(events: pd.DataFrame, moment: datetime) -> list[float]:
    """The features of one visitor at a moment."""
    before = events[events["time"] < moment]
    windows = {
        days: before[before["time"] >= moment - pd.Timedelta(days=days)] for days in fourteen.COUNT_DAYS
    }
    counts = {days: window["kind"].value_counts() for days, window in windows.items()}
    found = [float(counts[days][kind]) for days in fourteen.COUNT_DAYS for kind in fourteen.KINDS]
    for days in fourteen.DISTINCT_DAYS:
        window = windows[days]
        found.append(float(window.loc[window["kind"] == "view", "item"].nunique()))
    month, week = windows[fourteen.LONGEST_DAYS], counts[7]
    found.append(float(len(month)))
    elapsed = pd.Timestamp(moment).as_unit("us") - month["time"].max()
    found.append(elapsed // pd.Timedelta(microseconds=1) / 86_400_000_000 if len(month) else nan)
    found.append(week["cart"] / week["view"] if week["view"] else nan)
    return [float(value) for value in found]


def main(visitors: Visitors) -> None:
    """Answer every moment of every visitor; print the CPU microseconds of an answer and a checksum."""
    stages, known = Stages(), []
    for rows, asked in visitors.draw():
        frame = pd.DataFrame(rows, columns=["time", "kind", "item"])
        frame["time"] = frame["time"].astype("datetime64[us]")
        frame["kind"] = pd.Categorical(frame["kind"], categories=list(fourteen.KINDS))
        known.append((frame, asked))
    features(*next((frame, asked[0]) for frame, asked in known))
    with stages.stage("evaluate"):
        found = [features(frame, moment) for frame, asked in known for moment in asked]
    each = stages.stages["evaluate"]["cpu"] / visitors.evaluations * 1e6
    stages.done(features=len(fourteen.FEATURES), microseconds=each, checksum=checksum(found))


if __name__ == "__main__":
    main(ALL[sys.argv[1]])
