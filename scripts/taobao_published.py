"""Taobao, buys within 2 days: the trained procedure beside the published recipe, on the same users at the same moments.

    python scripts/taobao_published.py --data FOLDER

The published recipe, written by us from its idea alone: how often a user viewed, carted, marked and bought in the last 1, 3
and 7 days, into XGBoost with `scale_pos_weight` set to others over buyers, no calibration, the library's own settings
otherwise. Ours: the whole procedure of `willbuy train` (features, tuning, choice, calibration), learnt anew for each
test anchor from the anchors whose labels were known by then. Both learn from the same rows. The differences are paired:
users are drawn with replacement, and each draw serves both.
"""

import argparse
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from willbuy.backtest import TimeSplit, rolling_origins
from willbuy.evaluation.evaluate import SideBySide, side_by_side
from willbuy.evaluation.words import interval, signed, signed_interval
from willbuy.events.ingest import ingest
from willbuy.events.look import init
from willbuy.features.algebra import Count, Window
from willbuy.features.catalogue import features_of
from willbuy.features.log import summarise
from willbuy.pipeline.learning import Learning, learn
from willbuy.pipeline.rows import Rows
from willbuy.shop import Shop, load_shop
from willbuy.snapshots import build_snapshots
from willbuy.snapshots.grid import horizon_of
from willbuy.warehouse import open_warehouse

ROOT = Path(__file__).resolve().parent.parent
LOG = "taobao_sample/UserBehavior.csv"
WINDOWS = ("1d", "3d", "7d")
KINDS = ("view", "cart", "favourite", "purchase")
OURS, THEIRS = "willbuy", "published recipe"
METRICS = {
    "average_precision": "average precision",
    "roc_auc": "ROC-AUC",
    "log_loss": "log loss",
    "brier": "Brier",
}
ANCHORS = 3


@dataclass(frozen=True)
class Tested:
    """The rows of one test anchor with both probabilities."""

    split: TimeSplit
    y: NDArray[np.int8]
    groups: NDArray[np.int64]
    scores: dict[str, NDArray[np.float64]]


def published(train: Rows, test: Rows, seed: int) -> NDArray[np.float64]:
    """Counts in windows, XGBoost, `scale_pos_weight`."""
    import xgboost

    model = xgboost.XGBClassifier(
        n_estimators=100,
        scale_pos_weight=float((train.y == 0).sum() / (train.y == 1).sum()),
        random_state=seed % 2**31,
        n_jobs=1,
    )
    model.fit(train.X, train.y)
    return np.asarray(model.predict_proba(test.X)[:, 1], dtype=np.float64)


def test_anchors(shop: Shop) -> list[Tested]:
    """Both, at the newest anchors that leave a training anchor, newest first."""
    with open_warehouse(shop) as warehouse:
        log = summarise(warehouse)
        features = features_of(shop, log.kinds, log.fields)
        counts = tuple(Count((kind,), Window.parse(window)) for kind in KINDS for window in WINDOWS)
        extra = tuple(count for count in counts if count.name not in features.names)
        both = replace(features, features=(*features.features, *extra))
        snapshots = build_snapshots(warehouse, shop, both, folder=shop.home / "taobao")
        frame = snapshots.frame([anchor.moment for anchor in snapshots.anchors if anchor.matured])
        moments = [anchor.moment for anchor in snapshots.anchors if anchor.matured]
        ours, theirs = Rows(frame, features.names), Rows(frame, tuple(count.name for count in counts))
        found = []
        for split in rolling_origins(moments, horizon_of(shop), log.lag, ANCHORS):
            known = frame["anchor"].isin(split.train).to_numpy()
            ahead = (frame["anchor"] == split.test).to_numpy()
            learnt = learn(Learning(shop, ours.take(known), lambda _: None))
            test = ours.take(ahead)
            scores = {
                OURS: learnt.probability(test.X),
                THEIRS: published(theirs.take(known), theirs.take(ahead), shop.train.seed),
            }
            found.append(Tested(split, test.y, test.groups, scores))
    return found


def compared(parts: list[Tested], shop: Shop) -> SideBySide:
    """Both on the rows of several anchors, a user's rows drawn together."""
    return side_by_side(
        np.concatenate([part.y for part in parts]),
        {name: np.concatenate([part.scores[name] for part in parts]) for name in (OURS, THEIRS)},
        np.concatenate([part.groups for part in parts]),
        {OURS: 0.5, THEIRS: 0.5},
        draws=shop.train.bootstrap,
        seed=shop.train.seed,
    )


def table(title: str, both: SideBySide) -> str:
    """One comparison as Markdown."""
    ours, theirs = both.metrics[OURS], both.metrics[THEIRS]
    lines = [
        f"{title}: {ours['n']:,} rows of {ours['entities']:,} users, {ours['positives']:,} bought.",
        "",
        f"| | {OURS} | {THEIRS} | {OURS} minus the recipe, paired |",
        "|---|--:|--:|--:|",
    ]
    for metric, words in METRICS.items():
        gap = both.difference(metric, OURS, THEIRS)
        cells = [_cell(both, name, metric) for name in (OURS, THEIRS)]
        lines.append(
            f"| {words} | {cells[0]} | {cells[1]} | {signed(gap['value'])} ({signed_interval(gap)}) |"
        )
    ratios = [f"{found['predicted_over_actual']:.2f}" for found in (ours, theirs)]
    return "\n".join([*lines, f"| predicted over actual | {ratios[0]} | {ratios[1]} | |", ""])


def _cell(both: SideBySide, name: str, metric: str) -> str:
    found = both.metrics[name]
    bounds = found["intervals"][metric] if metric in found["intervals"] else found[metric]  # type: ignore[literal-required]
    return f"{both.values[name][metric]:.3f} ({interval(bounds)})"


def main() -> None:
    """Read the arguments, learn, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = Path(os.environ.get("WILLBUY_SHARED_DATA") or ROOT.parent / "shared" / "data")
    parser.add_argument("--data", type=Path, default=default, help="the folder that holds the log")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shop.toml"
        init([arguments.data.resolve() / LOG], within="2d", shop_path=path)
        shop = load_shop(path)
        ingest(shop)
        parts = test_anchors(shop)
    print(table(f"{len(parts)} anchors together", compared(parts, shop)))
    for part in parts:
        learnt = f"{len(part.split.train)} anchors before it"
        print(table(f"{part.split.test:%Y-%m-%d %H:%M} UTC, learnt from {learnt}", compared([part], shop)))


if __name__ == "__main__":
    main()
