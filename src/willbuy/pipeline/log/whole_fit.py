"""The final fit on every snapshot of the training part, by the engine's workers, where this machine holds a sample of them."""

from typing import TYPE_CHECKING

from willbuy.backtest import TimeSplit
from willbuy.fitted import COLUMNS
from willbuy.models.candidates.boosting import XGBoostCandidate
from willbuy.snapshots.store import anchor_folder

if TYPE_CHECKING:
    from willbuy.pipeline.log.training import LogTraining


def wants_whole_fit(run: "LogTraining") -> bool:
    """Whether the shop file asks for it and it can be done: plain boosted trees, whose every column lies in the snapshots."""
    return (
        run.shop.train.whole_fit
        and run.sample is not None
        and run.warehouse.parts_itself
        and isinstance(run.split, TimeSplit)
        and isinstance(run.learning.tuned[run.learning.chosen], XGBoostCandidate)
        and not set(COLUMNS) & set(run.train.names)
    )


def fit_whole(run: "LogTraining") -> None:
    """Grow the chosen trees on all snapshots of the training anchors. Fills learning.scorer, whole.

    The settings, the number of rounds and the calibrator are those that the sample gave: the calibrator has seen
    predictions of trees of the sample, out of fold, which these trees are slightly sharper than.
    """
    candidate = run.learning.tuned[run.learning.chosen]
    if not isinstance(candidate, XGBoostCandidate):
        raise TypeError(f"{candidate.name} is not grown by an engine")
    moments = sorted(set(run.train.frame["anchor"]))
    folders = [anchor_folder(run.snapshots.folder, moment) for moment in moments]
    files = [file for folder in folders for file in sorted(folder.glob("*.parquet"))]
    desk = run.warehouse.desk
    [(run.whole, rate)] = desk.rows(
        f'SELECT COUNT(*), AVG(CAST("label" AS DOUBLE)) FROM {desk.parquet(files)} s'
    )
    run.say(f"all {run.whole:,} snapshots of the training part, on the engine's workers")
    run.learning.scorer = candidate.fit_by(
        lambda parameters, rounds: run.warehouse.grow_trees(
            files, run.train.names, "label", parameters, rounds
        ),
        rate,
        run.train.X,
        run.seed,
    )
