"""Training: the steps, in order. `STEPS` is the whole of it; each step reads and extends one `Training`."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

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
from willbuy.evaluation.result import Result
from willbuy.evaluation.rules import Rule, rules_needed
from willbuy.evaluation.sealed import SealedTest, audit, audit_folds, seal_record
from willbuy.features.algebra import feature_from_spec
from willbuy.features.catalogue import features_of
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import summarise
from willbuy.fitted import COLUMNS, add_bgnbd, horizon_in_days, wants_bgnbd
from willbuy.models.bundle import write_bundle
from willbuy.pipeline import learning
from willbuy.pipeline.contributed import contribute
from willbuy.pipeline.doctor import ask_doctor
from willbuy.pipeline.learning import Learning
from willbuy.pipeline.moment import rows_a_moment
from willbuy.pipeline.origins import test_origins
from willbuy.pipeline.plain import plain_logistic
from willbuy.pipeline.random_split import shuffle_and_test
from willbuy.pipeline.result import manifest_fields
from willbuy.pipeline.rows import Rows
from willbuy.pipeline.silent import silent_features
from willbuy.pipeline.tested import test_once
from willbuy.pipeline.training import Training
from willbuy.progress import StepCallback
from willbuy.runs import BUNDLE, SNAPSHOTS, drop_older_snapshots, new_run, write_result
from willbuy.shop import Shop
from willbuy.snapshots import build_snapshots
from willbuy.snapshots.grid import horizon_of
from willbuy.warehouse import open_warehouse

if TYPE_CHECKING:
    import pandas as pd


GOLDEN_ROWS = 1000


def take_snapshots(run: Training) -> None:
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
    run.snapshots = build_snapshots(
        run.warehouse, run.shop, build, progress=run.say, folder=run.folder / SNAPSHOTS
    )


def _with_rules(features: FeatureSet, rules: tuple[Rule, ...]) -> FeatureSet:
    """The features, and those that only the rules read."""
    columns = {name: spec for rule in rules for name, spec in rule.columns.items()}
    extra = [feature_from_spec(spec) for name, spec in columns.items() if spec and name not in features.names]
    return replace(features, features=(*features.features, *extra))


def split_rows(run: Training) -> None:
    """Train | embargo | test. Fills split, parts, train, test (sealed), bgnbd."""
    frame = run.snapshots.frame([anchor.moment for anchor in run.snapshots.anchors if anchor.matured])
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


def _split(run: Training, frame: "pd.DataFrame") -> Split:
    try:
        if run.task == "session":
            return split_sessions(frame, run.log.lag)
        moments = [anchor.moment for anchor in run.snapshots.anchors if anchor.matured]
        return split_in_time(moments, horizon_of(run.shop), run.log.lag)
    except NotEnoughData as error:
        run.say(f"no split in time: {error}")
        rows = Rows(frame, run.features.names)
        return split_by_fold(rows.groups, rows.y, run.seed, run.shop.train.folds, reason=str(error))


def tune_candidates(run: Training) -> None:
    """Tune each candidate inside the training part; say which features cannot help. Fills learning."""
    for sentence in silent_features(run.train):
        run.say(sentence)
    run.learning = Learning(run.shop, run.train, run.say, population=rows_a_moment(run.train))
    learning.tune(run.learning)


def fit_plain_logistic(run: Training) -> None:
    """Fit the plain logistic, which stands beside the model in the test. Fills plain; None where it is the model."""
    run.plain = plain_logistic(run.learning)


def write(run: Training) -> None:
    """Write the bundle, then the result that names it."""
    golden = run.train.X[np.linspace(0, len(run.train.frame) - 1, GOLDEN_ROWS).astype(np.int64)]
    run.result["bundle"] = write_bundle(
        run.folder / BUNDLE,
        scorer=run.learning.scorer,
        calibrator=run.learning.calibrator,
        features_spec=run.features.to_spec(),
        feature_names=run.train.names,
        threshold=run.learning.cut,
        fields=manifest_fields(run),
        golden=golden,
        native=run.learning.scorer.native,
    )
    write_result(run.folder, run.result)
    drop_older_snapshots(run.shop.home, run.folder.name)


Step = Callable[[Training], None]
STEPS: tuple[tuple[str, Step], ...] = (
    ("snapshots: who, when, what was known, what came after", take_snapshots),
    ("backtest: train | embargo | test", split_rows),
    ("the doctor: does anything know the outcome beforehand", ask_doctor),
    ("tuning inside the training part", tune_candidates),
    ("candidates, compared on unseen visitors", lambda run: learning.choose_candidate(run.learning)),
    ("calibration and threshold, on the same predictions", lambda run: learning.calibrate(run.learning)),
    ("fit on the whole training part", lambda run: learning.fit(run.learning)),
    ("the plain logistic, to be held beside it", fit_plain_logistic),
    ("test, opened once", test_once),
    ("what moved the scores", contribute),
    ("rolling origins: the same procedure, earlier", test_origins),
    ("what a shuffled split would have promised", shuffle_and_test),
    ("bundle and result", write),
)


def train(shop: Shop, progress: StepCallback) -> Result:
    """Train on a shop's ingested log. Returns the run's result, as it stands in `result.json`.

    A training that fails leaves no run behind.
    """
    with open_warehouse(shop) as warehouse:
        run = Training(shop, warehouse, new_run(shop.home), progress)
        try:
            for title, step in STEPS:
                progress(title)
                step(run)
        except BaseException:
            shutil.rmtree(run.folder, ignore_errors=True)
            raise
    return run.result
