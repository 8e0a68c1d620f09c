"""How a log's run is told: the question in words, its features, its anchors, and what came in."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from willbuy.durations import Duration
from willbuy.evaluation.result.model import FeatureResult
from willbuy.evaluation.result.rows import AnchorPoint, IngestCounts, Task
from willbuy.events.presets import resolve
from willbuy.features.population import population_of
from willbuy.fitted import MEANINGS, PHRASES
from willbuy.shop import Shop
from willbuy.snapshots.grid import horizon_of, waiting
from willbuy.warehouse.fingerprint import fingerprint
from willbuy.warehouse.profile import profile

if TYPE_CHECKING:
    from willbuy.pipeline.log.training import LogTraining


def own_manifest(run: "LogTraining") -> dict[str, Any]:
    """What a log's bundle says beside what every bundle does."""
    return {
        "target": run.shop.target.model_dump(mode="json"),
        "population": run.shop.population.model_dump(mode="json"),
        "bgnbd": run.bgnbd,
        "phrases": _phrases(run),
        "currency_digits": resolve(run.shop.source).currency_digits,
        "data": fingerprint(run.warehouse),
        "profile": profile(run.warehouse),
    }


def _phrases(run: "LogTraining") -> dict[str, dict[str, str]]:
    """How every column's values are said to people."""
    declared = {feature.name: feature.phrases for feature in run.features}
    return {name: (declared | PHRASES)[name].to_dict() for name in run.train.names}


def describe_task(run: "LogTraining") -> Task:
    """The question in words."""
    within, kind = run.shop.target.within, run.shop.target.kind
    verb = "buy" if kind == "purchase" else f"have a {kind} event"
    if isinstance(within, str):
        who = (
            "visits in progress, after their "
            + ", ".join(map(_ordinal, run.shop.anchors.after_events))
            + " event"
        )
        words = f"Will this visitor {verb} before the visit ends?"
    else:
        who = describe_population(run.shop)
        words = f"Who will {verb} within {_span(within)}?"
    return Task(kind=run.task, target=kind, within=str(within), population=who, words=words)


def describe_population(shop: Shop) -> str:
    """Who is scored, in words.

    >>> from willbuy.shop import Population, Source, Target
    >>> describe_population(Shop(source=Source(), target=Target(within="7d")))
    'everyone with an event in the 30 days before'
    >>> bought = Population(kind="purchase", ever=True)
    >>> describe_population(Shop(source=Source(), target=Target(within="7d"), population=bought))
    'everyone with a purchase before'
    """
    count = population_of(shop)
    event = f"a {' or '.join(count.kinds)}" if count.kinds else "an event"
    span = count.window.span
    return f"everyone with {event} " + (f"in the {_span(span)} before" if span else "before")


def _span(span: Duration) -> str:
    days = span.days
    return f"{days:g} day{'' if days == 1 else 's'}" if days == int(days) else str(span)


def _ordinal(number: int) -> str:
    """
    >>> [_ordinal(number) for number in (1, 2, 3, 5, 11, 21)]
    ['1st', '2nd', '3rd', '5th', '11th', '21st']
    """
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def describe_sample(run: "LogTraining") -> str:
    """Of how many snapshots how many are learnt from and tested on, where that is not all."""
    n = sum(anchor.n for anchor in run.snapshots.anchors if anchor.matured)
    share = run.sample.share if run.sample else 1.0
    return (
        f"{share:.1%} of the visitors, drawn by the seed, are learnt from and tested on, each with all of its snapshots: of "
        f"{n:,} about {round(share * n):,}, as [train] rows asks. Figures are the sample's; capacities are met by everyone."
    ).replace("%", " %")


def describe_features(run: "LogTraining") -> list[FeatureResult]:
    """Name, meaning, window and unit of every column that the model reads."""
    declared = {feature.name: feature for feature in run.features}
    found: list[FeatureResult] = []
    for name in run.train.names:
        feature = declared.get(name)
        if feature is None:
            found.append(FeatureResult(name=name, meaning=MEANINGS[name], window=None, unit=None))
        else:
            window = feature.window_text or None
            found.append(FeatureResult(name=name, meaning=feature.meaning, window=window, unit=feature.unit))
    return found


def timeline(run: "LogTraining") -> list[AnchorPoint]:
    """Every anchor of the log with its part, counts and rate, and those that have not matured."""
    described = run.split.describe()
    part_of = {moment: name for name in ("train", "embargo", "test") for moment in described.get(name, [])}
    points = [
        AnchorPoint(
            anchor=anchor.moment.isoformat(),
            part=part_of.get(anchor.moment.isoformat()) or _slot(anchor.moment, described),
            matured=anchor.matured,
            n=anchor.n,
            positives=anchor.positives,
            base_rate=anchor.base_rate,
        )
        for anchor in run.snapshots.anchors
    ]
    if run.task == "session":
        return points
    for moment in waiting(run.shop, run.snapshots.anchors[-1].moment, run.log.end):
        points.append(
            AnchorPoint(
                anchor=moment.isoformat(),
                part="not matured",
                matured=False,
                n=None,
                positives=None,
                base_rate=None,
            )
        )
    wait = timedelta(microseconds=horizon_of(run.shop).microseconds) + run.log.lag
    for point in points:
        point["matures"] = (datetime.fromisoformat(point["anchor"]) + wait).isoformat()
    return points


def _slot(moment: datetime, split: Mapping[str, Any]) -> str:
    """The part of a slot of sessions: by the cutoff, or both where visitors are dealt into folds."""
    if "cutoff" not in split:
        return "train and test"
    return "train" if moment < datetime.fromisoformat(split["cutoff"]) else "test"


def ingest_counts(run: "LogTraining") -> IngestCounts:
    """What ingest made of the rows that it read."""
    rows = run.warehouse.rows
    [(read, accepted, rejected, duplicates)] = rows(
        "SELECT SUM(read), SUM(accepted), SUM(rejected), SUM(duplicates) FROM sources"
    )
    [(entities,)] = rows("SELECT COUNT(*) FROM entities")
    by_rule = sorted(
        rows("SELECT rule, COUNT(*) FROM rejected GROUP BY rule"), key=lambda one: (-one[1], one[0])
    )
    return IngestCounts(
        read=int(read),
        accepted=int(accepted),
        rejected=int(rejected),
        duplicates=int(duplicates),
        entities=int(entities),
        first=run.log.first.isoformat(),
        last=run.log.last.isoformat(),
        rejected_by_rule={str(rule): int(count) for rule, count in by_rule},
    )
