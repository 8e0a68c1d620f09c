"""Our side: the live evaluator, a row of features at a time.

`kept` reads timelines that were prepared before, as a service keeps them of the visitors it saw lately; `new` prepares them for
each row. The features are the fourteen of the benchmarks, or the default catalogue of a shop of clicks.

Usage: python -m benchmarks.ours.live VISITORS fourteen|catalogue kept|new
"""

import sys

from benchmarks.house import fourteen
from benchmarks.house.checksum import checksum
from benchmarks.house.side import Stages
from benchmarks.house.visitors import ALL, Visitors
from willbuy.features.algebra import Count, DaysSinceLast, Distinct, Feature, Ratio
from willbuy.features.catalogue import features_of
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Evaluator, Event, Timeline
from willbuy.shop import Shop, Source, Target


def the_fourteen() -> FeatureSet:
    """The features of the other benchmarks."""
    counts = [Count(kind, f"{days}d") for days in fourteen.COUNT_DAYS for kind in fourteen.KINDS]
    distinct = [Distinct("view", f"{days}d") for days in fourteen.DISTINCT_DAYS]
    last: tuple[Feature, ...] = (Count((), "30d"), DaysSinceLast((), "30d"))
    return FeatureSet((*counts, *distinct, *last, Ratio(Count("cart", "7d"), Count("view", "7d"))))


def the_catalogue() -> FeatureSet:
    """What a shop of clicks with items has by default."""
    return features_of(Shop(source=Source(), target=Target(within="7d")), fourteen.KINDS)


def main(visitors: Visitors, features: FeatureSet, keep: bool) -> None:
    """Evaluate every moment of every visitor; print the CPU microseconds of an evaluation and a checksum."""
    stages, evaluator = Stages(), Evaluator(features)
    known = [([Event(*row) for row in rows], asked) for rows, asked in visitors.draw()]
    kept = [Timeline(events) for events, _ in known] if keep else []
    if keep:
        for timeline, (_, asked) in zip(kept, known, strict=True):
            evaluator.values(timeline, asked[0])  # columns are made when they are first asked for
    found: list[list[float]] = []
    with stages.stage("evaluate"):
        for number, (events, asked) in enumerate(known):
            for moment in asked:
                found.append(evaluator.values(kept[number] if keep else Timeline(events), moment))
    each = stages.stages["evaluate"]["cpu"] / visitors.evaluations * 1e6
    stages.done(features=len(features), microseconds=each, checksum=checksum(found))


if __name__ == "__main__":
    main(
        ALL[sys.argv[1]],
        the_fourteen() if sys.argv[2] == "fourteen" else the_catalogue(),
        sys.argv[3] == "kept",
    )
