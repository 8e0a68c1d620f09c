"""The first steps of a log's training: snapshots, and their split."""

from dataclasses import replace
from typing import TYPE_CHECKING

from willbuy.backtest import (
    EMBARGO,
    TEST,
    TRAIN,
    FoldSplit,
    Split,
    split_by_fold,
    split_in_time,
    split_sessions,
)
from willbuy.errors import NotEnoughData
from willbuy.evaluation.rules import Rule, rules_needed
from willbuy.evaluation.sealed import SealedTest, audit, audit_folds, seal_record
from willbuy.features.algebra import feature_from_spec
from willbuy.features.catalogue import features_of
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import summarise
from willbuy.fitted import COLUMNS, add_bgnbd, horizon_in_days, wants_bgnbd
from willbuy.pipeline.log import told
from willbuy.pipeline.log.training import LogTraining
from willbuy.pipeline.rows import Rows
from willbuy.runs import SNAPSHOTS
from willbuy.snapshots import build_snapshots
from willbuy.snapshots.grid import horizon_of
from willbuy.snapshots.sample import sample_for

if TYPE_CHECKING:
    import pandas as pd


def take_snapshots(run: LogTraining) -> None:
    """Population x anchors: features as of the anchor, label after it. Fills log, features, rules, snapshots."""
    run.log = summarise(run.warehouse)
    run.features = features_of(run.shop, run.log.kinds, run.log.fields)
    run.rules = rules_needed(
        run.log.kinds,
        "session" if run.task == "session" else "horizon",
        target=run.shop.target.kind,
        bgnbd=wants_bgnbd(run.shop, run.features.names),
    )
    build = _with_rules(run.features, run.rules)
    with run.warehouse.gold():
        run.snapshots = build_snapshots(
            run.warehouse, run.shop, build, progress=run.say, folder=run.folder / SNAPSHOTS
        )


def _with_rules(features: FeatureSet, rules: tuple[Rule, ...]) -> FeatureSet:
    """The features, and those that only the rules read."""
    columns = {name: spec for rule in rules for name, spec in rule.columns.items()}
    extra = [feature_from_spec(spec) for name, spec in columns.items() if spec and name not in features.names]
    return replace(features, features=(*features.features, *extra))


def split_rows(run: LogTraining) -> None:
    """Train | embargo | test. Fills sample, split, parts, train, test (sealed), bgnbd."""
    matured = [anchor for anchor in run.snapshots.anchors if anchor.matured]
    run.sample = sample_for(sum(anchor.n for anchor in matured), run.shop.train.rows, run.seed)
    if run.sample:
        run.say(told.describe_sample(run))
    frame = run.snapshots.frame([anchor.moment for anchor in matured], run.sample)
    names = run.features.names
    if wants_bgnbd(run.shop, names):
        frame, run.bgnbd = add_bgnbd(frame, horizon_in_days(run.shop))
        names = (*names, *COLUMNS)
    run.split = _split(run, frame)
    part = run.split.parts(frame)
    by_fold = isinstance(run.split, FoldSplit)
    run.train = Rows(frame if by_fold else frame[part == TRAIN], names)
    test = Rows(frame[part == TEST], names)
    run.parts = {
        "rows": {"train": run.train.counts, "embargo": Rows(frame[part == EMBARGO], names).counts},
        "audit": audit_folds(run.train.groups) if by_fold else audit(run.train.groups, test.groups),
    }
    run.test = SealedTest(test.frame, seal_record(run.folder))


def _split(run: LogTraining, frame: "pd.DataFrame") -> Split:
    try:
        if run.task == "session":
            return split_sessions(frame, run.log.lag)
        moments = [anchor.moment for anchor in run.snapshots.anchors if anchor.matured]
        return split_in_time(moments, horizon_of(run.shop), run.log.lag)
    except NotEnoughData as error:
        run.say(f"no split in time: {error}")
        rows = Rows(frame, run.features.names)
        return split_by_fold(rows.groups, rows.y, run.seed, run.shop.train.folds, reason=str(error))
