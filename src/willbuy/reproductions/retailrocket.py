"""Retail Rocket: windows of 1, 7 and 30 days into XGBoost with `scale_pos_weight`, for everyone who was ever seen.

Published: for every visitor known at one moment the events, views, carts and different items of the last 1, 7 and 30 days,
the days since the last event and the carts per view of 7 days (`add_to_cart_rate_7d`, 0 where there is no view); who buys
within 7 days; XGBoost with 500 trees of depth 4 and `scale_pos_weight`, stopped early on a fifth of the rows; the threshold
is the one that looks best on the test. There is no calibration.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from willbuy.backtest import TimeSplit, split_in_time
from willbuy.errors import SourceError
from willbuy.evaluation.result.metrics import Metrics
from willbuy.evaluation.rules import CARTED, RECENCY
from willbuy.evaluation.words import count, figure, interval, percent
from willbuy.features.algebra import Count, DaysSinceLast, Distinct, Feature, Window
from willbuy.features.catalogue import features_of
from willbuy.features.log import summarise
from willbuy.offers.f1 import f1_threshold
from willbuy.pipeline.rows import Rows
from willbuy.progress import StepCallback
from willbuy.reproductions.our_log import ingested
from willbuy.reproductions.our_side import OURS, Tested, hold_ours_out
from willbuy.reproductions.result import Data, Reproduction, Row, Wrong, point, published
from willbuy.shop import Shop
from willbuy.shop.anchors import Anchors
from willbuy.shop.population import Population
from willbuy.snapshots import build_snapshots
from willbuy.snapshots.grid import horizon_of
from willbuy.warehouse import open_warehouse

if TYPE_CHECKING:
    import pandas as pd

SEED = 42
WINDOWS = ("1d", "7d", "30d")
VISITORS, WEEKS = 300_000, 4
METHOD, TRUTH = "XGBoost, windows, scale_pos_weight", "the true probabilities"
ITS_OWN = "the published test, whose rows are not here"
METRICS = ("roc_auc", "average_precision", "log_loss", "predicted_over_actual", "precision", "recall", "f1")
PUBLISHED = [
    published(METHOD, ITS_OWN, roc_auc=0.785, precision=0.593, recall=0.122, f1=0.203),
    published(f"{METHOD}, as stored beside the model", ITS_OWN, roc_auc=0.7247),
]


@dataclass(frozen=True)
class Log:
    """A log in a file: what it is called here, its preset, and the file of true probabilities where it has one."""

    name: str
    file: Path
    preset: str
    truth: Path | None = None

    @property
    def on(self) -> str:
        """The rows that both are tested on."""
        return f"{self.name}, everyone ever seen, the last week"


def run(files: Sequence[Path], say: StepCallback) -> Reproduction:
    """Both on a simulated log, where the truth is known, and on each log that is given."""
    tested: list[tuple[Log, Tested]] = []
    truth: list[Row] = []
    with TemporaryDirectory() as folder:
        for log in [simulated(Path(folder), say), *map(given, files)]:
            say(f"both on {log.on}")
            tested.append((log, hold_both_out(log)))
            if log.truth:
                truth.append(true_row(log, tested[-1][1]))
    rows = [of for _, of in tested]
    answer = rows[-1].verdict(list(rows[-1].words))
    return Reproduction(
        system="retailrocket",
        title="Retail Rocket: who buys within 7 days",
        source="the project’s README and the figure that it stores beside the model",
        method=str(__doc__).split("Published: ")[1].strip().replace("\n", " "),
        data=[_data(log, of) for log, of in tested],
        published=PUBLISHED,
        reproduced=[_highest(row, of) for of in rows for row in of.rows([METHOD], METRICS)],
        rules=[*(row for of in rows for row in of.rows(list(of.words), METRICS)), *truth],
        ours=[
            row
            for of in rows
            for row in (
                *(_highest(row, of) for row in of.rows([OURS], METRICS)),
                of.minus(METHOD, ["roc_auc", "average_precision", "log_loss"]),
            )
        ],
        wrong=[wrong for log, of in tested for wrong in (_too_high(log, of), _precision(log, of))]
        + _published(),
        verdict=" ".join([f"{tested[-1][0].name}:", answer["headline"], *answer["sentences"]]),
    )


def simulated(folder: Path, say: StepCallback) -> Log:
    """A log in the Retail Rocket shape, at about its rates, with each visitor's true probability."""
    from willbuy.events.simulate import simulate

    say(f"a simulated log of {VISITORS:,} visitors")
    file, truth = folder / "events.csv", folder / "truth.csv"
    simulate(file, visitors=VISITORS, preset="retailrocket", truth=truth, truth_within="7d")
    return Log(f"Simulated log of {VISITORS:,} visitors", file, "retailrocket", truth)


def given(file: Path) -> Log:
    """A log that the user has: Retail Rocket's `events.csv`, or Online Retail."""
    if re.match(r"events.*\.csv", file.name):
        return Log("Retail Rocket", file, "retailrocket")
    if "retail" in file.name:
        return Log("Online Retail", file, "online_retail")
    raise SourceError(
        f"{file.name}: retailrocket runs on events.csv of the Retail Rocket data set on Kaggle, or on Online Retail"
        " (UCI 352) under a name such as online_retail.parquet"
    )


def published_features(kinds: Sequence[str]) -> tuple[Feature, ...]:
    """The recipe's counts, of the kinds that the log has; the ratio is made of them."""
    counted = [kind for kind in ("view", "cart") if kind in kinds]
    counts = [Count((kind,), Window.parse(window)) for window in WINDOWS for kind in counted]
    everything = [
        made for window in map(Window.parse, WINDOWS) for made in (Count((), window), Distinct((), window))
    ]
    return (*counts, *everything, DaysSinceLast(()))


def published_columns(rows: "pd.DataFrame", features: Sequence[Feature]) -> NDArray[np.float64]:
    """The published model's inputs (n, features): unknown is 0, whole days, and carts per view of 7 days."""
    X = rows[[feature.name for feature in features]].astype(np.float64).fillna(0.0)
    X[features[-1].name] = np.floor(X[features[-1].name])
    if {"count_cart_7d", "count_view_7d"} <= set(X):
        views = X["count_view_7d"]
        X["add_to_cart_rate_7d"] = np.where(views > 0, X["count_cart_7d"] / views.where(views > 0, 1), 0.0)
    return X.to_numpy()


def published_scores(
    train: NDArray[np.float64], y: NDArray[np.int8], test: NDArray[np.float64]
) -> NDArray[np.float64]:
    """XGBoost as published: `scale_pos_weight`, and a fifth of the rows to stop on."""
    from sklearn.model_selection import train_test_split
    from xgboost import XGBClassifier

    past, stop, bought, stop_bought = train_test_split(train, y, test_size=0.2, random_state=SEED, stratify=y)
    model = XGBClassifier(
        n_estimators=500,
        max_depth=4,
        learning_rate=0.05,
        subsample=0.8,
        colsample_bytree=0.8,
        gamma=0.1,
        scale_pos_weight=float((bought == 0).sum() / (bought == 1).sum()),
        early_stopping_rounds=50,
        eval_metric="logloss",
        random_state=SEED,
    )
    model.fit(past, bought, eval_set=[(stop, stop_bought)], verbose=False)
    return np.asarray(model.predict_proba(test)[:, 1], dtype=np.float64)


def hold_both_out(log: Log) -> Tested:
    """The published model of the week before, and ours of all weeks before, on everyone at the last moment."""
    with ingested([log.file], "7d", log.preset) as plain:
        shop = plain.model_copy(update={"population": Population(ever=True), "anchors": Anchors(last=WEEKS)})
        with open_warehouse(shop) as warehouse:
            found = summarise(warehouse)
            ours, theirs = features_of(shop, found.kinds, found.fields), published_features(found.kinds)
            extra = tuple(feature for feature in theirs if feature.name not in ours.names)
            both = replace(ours, features=(*ours.features, *extra))
            built = build_snapshots(warehouse, shop, both, folder=shop.home / "reproduce")
            moments = [anchor.moment for anchor in built.anchors if anchor.matured]
            rows = Rows(built.frame(moments), ours.names)
        split = split_in_time(moments, horizon_of(shop), found.lag)
        return _tested(log, shop, rows, theirs, split)


def _tested(log: Log, shop: Shop, rows: Rows, theirs: Sequence[Feature], split: TimeSplit) -> Tested:
    at = rows.frame["anchor"]
    past, ahead = (rows.take(at.isin(moments).to_numpy()) for moments in (split.train, [split.test]))
    before = rows.take((at == max(split.train)).to_numpy())  # the published model knows one moment
    X = [published_columns(part.frame, theirs) for part in (before, ahead)]
    scores = {METHOD: published_scores(X[0], before.y, X[1])}
    cuts = {METHOD: f1_threshold(scores[METHOD], ahead.y).value}  # on the test, as published
    if log.truth:
        scores[TRUTH] = _true(log.truth, ahead.frame)
    rules = [RECENCY, *([CARTED] if "count_cart_7d" in rows.frame else [])]
    return hold_ours_out(log.on, shop, past, ahead, methods=scores, rules=rules, cuts=cuts)


def _true(file: Path, rows: "pd.DataFrame") -> NDArray[np.float64]:
    import pandas as pd

    truth = pd.read_csv(file, dtype={"visitorid": str}, parse_dates=["anchor"])
    at = truth[truth["anchor"] == rows["anchor"].iloc[0]].set_index("visitorid")["probability"]
    return np.asarray(at.reindex(rows["entity"].astype(str)).to_numpy(dtype=np.float64))


def true_row(log: Log, tested: Tested) -> Row:
    """What the probabilities that the log was drawn from reach: nobody can do better."""
    (row,) = tested.rows([TRUTH], METRICS[:4])
    return _highest(row, tested) | {"kind": "truth"}


def _highest(row: Row, tested: Tested) -> Row:
    name = next(name for name in (OURS, METHOD, TRUTH) if row["who"] == name)
    return row | {"figures": row["figures"] | {"highest": point(_top(tested.both.metrics[name]))}}


def _top(found: Metrics) -> float:
    return max(part["highest"] for part in found["calibration"])


def _data(log: Log, tested: Tested) -> Data:
    found = tested.both.metrics[OURS]
    return Data(source=log.on, rows=found["n"], positives=found["positives"])


def _too_high(log: Log, tested: Tested) -> Wrong:
    theirs, ours = tested.both.metrics[METHOD], tested.both.metrics[OURS]
    ratio, own = theirs["predicted_over_actual"] or 0.0, ours["predicted_over_actual"] or 0.0
    return Wrong(
        words=(
            f"{log.name}: the scores are no probabilities. At a base rate of {percent(theirs['base_rate'])} they go up to"
            f" {figure(_top(theirs))} and promise {figure(ratio, 1)} times as many buyers as there were; ours go up to"
            f" {figure(_top(ours))} and promise {figure(own, 2)} times as many."
        ),
        figures={
            "base_rate": theirs["base_rate"] or 0.0,
            "highest": _top(theirs),
            "predicted_over_actual": ratio,
            "ours_predicted_over_actual": own,
        },
    )


def _precision(log: Log, tested: Tested) -> Wrong:
    theirs = tested.both.metrics[METHOD]
    cells = theirs["confusion"]
    chosen = cells["true_positive"] + cells["false_positive"]
    return Wrong(
        words=(
            f"{log.name}: the threshold was chosen on the test, where the precision is {cells['true_positive']} of"
            f" {count(chosen)} ({interval(theirs['intervals']['precision'])}), and {cells['false_negative']} of"
            f" {theirs['positives']} buyers are missed."
        ),
        figures={
            "true_positives": cells["true_positive"],
            "chosen": chosen,
            "missed": cells["false_negative"],
        },
    )


def _published() -> list[Wrong]:
    """What the published figures say against themselves."""
    return [
        Wrong(
            words=(
                "The published precision of 0.593 is 16 of 27 people, at a recall of 0.122: 115 of 131 buyers were missed."
            ),
            figures={"chosen": 27, "right": 16, "buyers": 131},
        ),
        Wrong(
            words="Two figures are published as one model’s: 0.785 on the page, 0.7247 stored beside the model.",
            figures={"page": 0.785, "stored": 0.7247},
        ),
    ]
