"""What the doctor asks of a log's training alone: declarations, time travel, the split in time, drift, how many buyers."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from willbuy.backtest import SessionSplit, TimeSplit
from willbuy.doctor.case import Case
from willbuy.doctor.diagnosis import Answered, Asked, answer
from willbuy.doctor.drift import QUESTION as DRIFT
from willbuy.doctor.drift import drift, independent
from willbuy.doctor.enough import Supply, ask_enough
from willbuy.doctor.lineage import QUESTION as LINEAGE
from willbuy.doctor.lineage import lineage
from willbuy.doctor.schema_drift import QUESTION as SCHEMA
from willbuy.doctor.schema_drift import schema_drift, since
from willbuy.doctor.split_audit import Sides, ask_split_audit
from willbuy.doctor.time_travel import QUESTION as TRAVEL
from willbuy.doctor.time_travel import Traveller
from willbuy.pipeline.rows import Rows
from willbuy.runs import last_manifest
from willbuy.snapshots.grid import horizon_of
from willbuy.warehouse.profile import profile

if TYPE_CHECKING:
    from willbuy.pipeline.log.training import LogTraining

ENOUGH_NEW = 500  # events since the last run that can be held against it by themselves
LONGER = (2, 3, 4, 6, 8, 12)  # times the horizon


def ask_log(run: "LogTraining") -> Iterator[Answered]:
    """Each question about the log of a training, its findings and its answer."""
    found = lineage(run.features, run.shop.target.kind)
    yield found, Asked("lineage", LINEAGE, answer(found))
    yield _schema(run)
    yield _travel(run)
    yield ask_split_audit(sides_of(run))
    yield _drift(run)
    yield ask_enough(supply_of(run))


def case_of(rows: Rows) -> Case:
    """Snapshots as the doctor sees them; the days of their anchors are the periods."""
    columns = {name: rows.X[:, number] for number, name in enumerate(rows.names)}
    days = rows.frame["anchor"].to_numpy(dtype="datetime64[D]")
    names = {int(day.astype(np.int64)): str(day) for day in np.unique(days)}
    return Case(
        columns,
        rows.y != 0,
        entities=rows.groups,
        periods=days.astype(np.int64),
        period_names=names,
        dated=True,
        ids=True,
    )


def _schema(run: "LogTraining") -> Answered:
    """What came in since the last run where that is enough, else the whole log, against the last run's."""
    then = last_manifest(run.shop.home)
    if "hours" not in then.get("profile", {}):
        return [], Asked("schema_drift", SCHEMA, "not asked: there is no earlier run of this log")
    now = profile(run.warehouse, datetime.fromisoformat(then["data"]["last"]))
    if now["rows"] < ENOUGH_NEW:
        now = profile(run.warehouse)
    else:
        now["account"] = since(then["profile"]["account"], now["account"])
    found = schema_drift(then["profile"], now)
    return found, Asked("schema_drift", SCHEMA, f"{answer(found)} in {now['rows']:,} events")


def _travel(run: "LogTraining") -> Answered:
    found, pairs = Traveller(run.warehouse, run.shop, run.features, run.log).time_travel(
        run.train.frame, seed=run.seed
    )
    equal = f"nothing found: {pairs:,} pairs of the training part, {len(run.features)} features rebuilt alike"
    fitted = len(run.train.names) - len(run.features)
    beside = f"; {fitted} fitted columns were not rebuilt" if fitted else ""
    return found, Asked("time_travel", TRAVEL, (answer(found) if found else equal) + beside)


def _drift(run: "LogTraining") -> Answered:
    if run.split.kind != "time":
        return [], Asked("drift", DRIFT, "not asked: the split is not in time")
    sides = [
        independent(frame, run.train.names, run.seed)
        for frame in (run.train.frame, run.test.features(("entity", *run.train.names)))
    ]
    growing = {one.name for one in run.features if not one.in_session and _grows(run, one.lookback)}
    found = drift(*sides, growing=growing | set(run.train.names) - set(run.features.names))
    return found, Asked("drift", DRIFT, answer(found))


def _grows(run: "LogTraining", lookback: int | None) -> bool:
    """Whether a window reaches back past the log's begin at the first anchor: what it counts grows with the log."""
    since: datetime = run.train.frame["anchor"].min().to_pydatetime()
    return lookback is None or since - timedelta(microseconds=lookback) < run.log.first


def sides_of(run: "LogTraining") -> Sides:
    """The split as it is audited."""
    anchors = run.train.frame["anchor"]
    shared = run.parts["audit"]["shared_share"]
    rates = _rates(run)
    if isinstance(run.split, TimeSplit):
        wait = run.split.horizon + run.split.lag
        return Sides(
            train_known=anchors.max().to_pydatetime() + wait,
            test_from=run.split.test,
            test_known=run.split.test + wait,
            log_end=run.log.end,
            shared=shared,
            rates=rates,
        )
    if isinstance(run.split, SessionSplit):
        closes = run.train.frame["closes"].max().to_pydatetime()
        return Sides(
            train_known=closes + run.split.lag, test_from=run.split.cutoff, shared=shared, rates=rates
        )
    return Sides(shared=shared, by_entity=True, rates=rates)


def _rates(run: "LogTraining") -> dict[str, tuple[int, int]]:
    """Rows and buyers of each day that has anchors."""
    days, place = np.unique(run.train.frame["anchor"].to_numpy(dtype="datetime64[D]"), return_inverse=True)
    counts = zip(np.bincount(place).tolist(), np.bincount(place, weights=run.train.y).tolist(), strict=True)
    return {str(day): (rows, int(buyers)) for day, (rows, buyers) in zip(days, counts, strict=True)}


def supply_of(run: "LogTraining") -> Supply:
    """The buyers that the test should hold, by the base rate of the training part."""
    folded = run.split.kind != "time"
    ahead = run.train.frame["entity"] if folded else run.test.features(("entity",))["entity"]
    entities = ahead.nunique()
    buyers = entities * _mean_rate(run.train)
    step = run.log.end - run.log.first
    if isinstance(run.split, TimeSplit):
        step = run.split.horizon
    elif isinstance(run.split, SessionSplit):
        step = run.log.end - run.split.cutoff
    return Supply(buyers, entities - buyers, step / timedelta(days=7), _horizons(run))


def _mean_rate(rows: Rows) -> float:
    """The mean over entities of how often their rows bought: one row an entity will be tested."""
    _, place = np.unique(rows.groups, return_inverse=True)
    return float((np.bincount(place, weights=rows.y) / np.bincount(place)).mean())


def _horizons(run: "LogTraining") -> dict[str, float]:
    """How many times as many entities buy within a longer horizon, counted back from the log's end."""
    if run.task == "session":
        return {}
    horizon = horizon_of(run.shop)
    kind = run.warehouse.dialect.text(run.shop.target.kind)
    spans = {f"{times * horizon.days:g}d": timedelta(days=times * horizon.days) for times in (1, *LONGER)}
    counts = {}
    for name, span in spans.items():
        since = run.warehouse.dialect.timestamp(run.log.end - span)
        if run.log.end - span >= run.log.first:
            [(counts[name],)] = run.warehouse.rows(
                f'SELECT COUNT(DISTINCT "entity_key") FROM "events" WHERE "kind" = {kind} AND "time" >= {since}'
            )
    first = next(iter(counts.values()), 0)
    return {name: count / first for name, count in list(counts.items())[1:]} if first else {}
