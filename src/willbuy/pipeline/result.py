"""From a finished training to its result: what `result.json` and `train --json` hold, and the bundle's manifest."""

import platform
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from willbuy import __version__
from willbuy.durations import Duration
from willbuy.evaluation.result import (
    AnchorPoint,
    CandidateResult,
    Estimate,
    FeatureResult,
    IngestCounts,
    Metrics,
    Part,
    Result,
    Task,
    Verdict,
)
from willbuy.events.presets import resolve
from willbuy.features.population import population_of
from willbuy.fitted import MEANINGS, PHRASES
from willbuy.pipeline.reference import reference
from willbuy.pipeline.silent import silent_features
from willbuy.pipeline.tuned import describe_tuning
from willbuy.shop import Shop
from willbuy.snapshots.grid import horizon_of, waiting
from willbuy.warehouse.fingerprint import fingerprint

if TYPE_CHECKING:
    from willbuy.pipeline.training import Training

SUMMARY = ("run", "bundle", "model", "parts", "test", "rules", "verdict", "offer", "thresholds", "bands")


def summary(result: Mapping[str, Any]) -> dict[str, Any]:
    """What `train --json` prints: the keys of SUMMARY, the threshold, and how the split was made."""
    said = {name: result[name] for name in SUMMARY}
    return said | {"threshold": result["test"]["threshold"], "split": result["split"]["kind"]}


def assemble_result(
    run: "Training",
    test: Metrics,
    rules: dict[str, Metrics],
    differences: dict[str, dict[str, Estimate]],
    words: Verdict,
    candidates: dict[str, Metrics],
) -> Result:
    """The whole run as JSON. `bundle` is empty until the bundle is written."""
    return Result(
        run=run.folder.name,
        bundle="",
        model=run.learning.chosen,
        shop=run.shop.shop.name,
        task=describe_task(run),
        parts=_parts(run),
        split={**run.split.describe(), "audit": dict(run.parts["audit"])},
        test=test,
        rules=rules,
        verdict=words,
        candidates=[
            CandidateResult(name=name, chosen=name == run.learning.chosen, metrics=metrics)
            for name, metrics in candidates.items()
        ],
        tuning=describe_tuning(run.learning),
        features=describe_features(run),
        ingest=_ingest(run),
        anchors=_timeline(run),
        differences=differences,
        doctor=run.diagnosis.to_result(),
        lag_seconds=run.log.lag.total_seconds(),
        seeds={"train": run.seed},
        versions={"willbuy": __version__, "python": platform.python_version()},
        notes=_notes(run),
    )


def manifest_fields(run: "Training") -> dict[str, Any]:
    """What the bundle says about itself beside the model: no clock time, no path, so that equal runs are equal."""
    return {
        "shop": run.shop.shop.name,
        "task": run.result["task"],
        "target": run.shop.target.model_dump(mode="json"),
        "population": run.shop.population.model_dump(mode="json"),
        "bgnbd": run.bgnbd,
        "model": run.learning.chosen,
        "settings": run.learning.tuned[run.learning.chosen].settings(),
        "offer": run.result["offer"],
        "thresholds": run.learning.offered.to_list(),
        "phrases": _phrases(run),
        "currency_digits": resolve(run.shop.source).currency_digits,
        "data": fingerprint(run.warehouse),
        "reference": _reference(run),
        "bands": [band.to_dict() for band in run.learning.bands],
        "split": run.result["split"],
        "parts": run.result["parts"],
        "test": run.result["test"],
        "rules": run.result["rules"],
        "verdict": run.result["verdict"],
        "doctor": {"accepted": run.diagnosis.accepted},
        "seed": run.seed,
    }


def _phrases(run: "Training") -> dict[str, dict[str, str]]:
    """How every column's values are said to people."""
    declared = {feature.name: feature.phrases for feature in run.features}
    return {name: (declared | PHRASES)[name].to_dict() for name in run.train.names}


def _reference(run: "Training") -> dict[str, Any]:
    learning = run.learning
    scores = learning.calibrator.probability(learning.log_odds[learning.chosen])
    return reference(run.train.X, run.train.names, scores)


def describe_task(run: "Training") -> Task:
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


def describe_features(run: "Training") -> list[FeatureResult]:
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


def _parts(run: "Training") -> list[Part]:
    described = run.split.describe()
    parts = []
    for name in ("train", "embargo", "test"):
        n, positives = run.parts["rows"][name]["n"], run.parts["rows"][name]["positives"]
        rate = positives / n if n else None
        parts.append(
            Part(part=name, anchors=described.get(name, []), n=n, positives=positives, base_rate=rate)
        )
    return parts


def _timeline(run: "Training") -> list[AnchorPoint]:
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


def _ingest(run: "Training") -> IngestCounts:
    rows = run.warehouse.rows
    [(read, accepted, rejected, duplicates)] = rows(
        "SELECT SUM(read), SUM(accepted), SUM(rejected), SUM(duplicates) FROM sources"
    )
    [(entities,)] = rows("SELECT COUNT(*) FROM entities")
    by_rule = rows("SELECT rule, COUNT(*) FROM rejected GROUP BY rule ORDER BY 2 DESC, 1")
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


def _notes(run: "Training") -> list[str]:
    notes = silent_features(run.train)
    if run.snapshots.open_sessions:
        notes.append(
            f"{run.snapshots.open_sessions} sessions were still open when the log ended; they are labelled as seen."
        )
    return notes
