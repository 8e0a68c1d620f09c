"""Training: the steps, in order. `STEPS` is the whole of it; each step reads and extends one `Training`."""

import shutil
from collections.abc import Callable
from typing import Any

import numpy as np

from willbuy.evaluation.result.run import Result
from willbuy.models.bundle import write_bundle
from willbuy.pipeline import learning
from willbuy.pipeline.contributed import contribute
from willbuy.pipeline.doctor import ask_doctor, ask_doctor_again
from willbuy.pipeline.log.steps import split_rows, take_snapshots
from willbuy.pipeline.log.training import LogTraining
from willbuy.pipeline.origins import test_origins
from willbuy.pipeline.plain import plain_logistic
from willbuy.pipeline.random_split import shuffle_and_test
from willbuy.pipeline.result import manifest_fields
from willbuy.pipeline.silent import silent_features
from willbuy.pipeline.table.steps import read_rows
from willbuy.pipeline.table.steps import split_rows as split_table_rows
from willbuy.pipeline.table.training import TableTraining
from willbuy.pipeline.tested import test_once
from willbuy.pipeline.training import Training
from willbuy.progress import StepCallback
from willbuy.runs import BUNDLE, drop_older_snapshots, new_run, write_result
from willbuy.shop import Shop, TableShop
from willbuy.warehouse import open_warehouse
from willbuy.warehouse.duckdb import DuckDBWarehouse

GOLDEN_ROWS = 1000


def tune_candidates(run: Training) -> None:
    """Tune each candidate inside the training part; say which features cannot help. Fills learning."""
    for sentence in silent_features(run.train, run.drop_words):
        run.say(sentence)
    run.learning = run.learn_from(run.train)
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
        features_spec=run.features_spec(),
        feature_names=run.train.names,
        threshold=run.learning.cut,
        fields=manifest_fields(run),
        golden=golden,
        native=run.learning.scorer.native,
    )
    write_result(run.folder, run.result)
    drop_older_snapshots(run.shop.home, run.folder.name)


Step = Callable[[Any], None]
LEARN_AND_TEST: tuple[tuple[str, Step], ...] = (
    ("the doctor: does anything know the outcome beforehand", ask_doctor),
    ("tuning inside the training part", tune_candidates),
    ("candidates, compared on unseen visitors", lambda run: learning.choose_candidate(run.learning)),
    ("calibration and threshold, on the same predictions", lambda run: learning.calibrate(run.learning)),
    ("fit on the whole training part", lambda run: run.fit_chosen()),
    ("the plain logistic, to be held beside it", fit_plain_logistic),
    ("test, opened once", test_once),
    ("what moved the scores", contribute),
    ("rolling origins: the same procedure, earlier", test_origins),
    ("what a shuffled split would have promised", shuffle_and_test),
    ("the doctor again: is it too good to be true", ask_doctor_again),
    ("bundle and result", write),
)
"""What every training does once its rows are split."""

STEPS: tuple[tuple[str, Step], ...] = (
    ("snapshots: who, when, what was known, what came after", take_snapshots),
    ("backtest: train | embargo | test", split_rows),
    *LEARN_AND_TEST,
)
"""The training of a log."""

TABLE_STEPS: tuple[tuple[str, Step], ...] = (
    ("rows: read, typed, counted", read_rows),
    ("backtest: train | test", split_table_rows),
    *LEARN_AND_TEST,
)
"""The training of a table."""


def train(shop: Shop | TableShop, progress: StepCallback) -> Result:
    """Train on a shop's ingested log, or on a table. Returns the run's result, as it stands in `result.json`.

    A training that fails leaves no run behind.
    """
    if isinstance(shop, TableShop):
        shop.home.mkdir(parents=True, exist_ok=True)
        with DuckDBWarehouse(shop.home, shop.storage.memory, shop.storage.threads) as warehouse:
            return follow(TABLE_STEPS, TableTraining(shop, warehouse, new_run(shop.home), progress))
    with open_warehouse(shop) as warehouse:
        run = LogTraining(shop, warehouse, new_run(shop.home), progress)
        return follow(STEPS, run)


def follow(steps: tuple[tuple[str, Step], ...], run: Training) -> Result:
    """Take the steps one by one; the run's folder is gone where one of them fails."""
    try:
        for title, step in steps:
            run.say(title)
            step(run)
    except BaseException:
        shutil.rmtree(run.folder, ignore_errors=True)
        raise
    return run.result
