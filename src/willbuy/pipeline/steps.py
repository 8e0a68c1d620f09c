"""Training: the steps, in order. `STEPS` is the whole of it; each step reads and extends one `Training`."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from willbuy.backtest import EMBARGO, TEST, TRAIN, Split, split_by_entity, split_in_time, split_sessions
from willbuy.errors import NotEnoughData
from willbuy.evaluation.evaluate import evaluate
from willbuy.evaluation.result import Metrics, Result
from willbuy.evaluation.rules import Rule, evaluate_with_rules, fit_rules, rules_needed
from willbuy.evaluation.sealed import SealedTest, audit, seal_record
from willbuy.evaluation.verdict import verdict
from willbuy.features.algebra import feature_from_spec
from willbuy.features.catalogue import features_of
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import summarise
from willbuy.fitted import COLUMNS, add_bgnbd, wants_bgnbd
from willbuy.models.bundle import write_bundle
from willbuy.models.calibrators import fit_calibrator
from willbuy.models.candidates import CANDIDATES
from willbuy.models.choose import choose
from willbuy.models.out_of_fold import out_of_fold, sample_of_entities
from willbuy.models.threshold import f1_threshold
from willbuy.pipeline.result import assemble_result, manifest_fields
from willbuy.pipeline.tested import importance, slices
from willbuy.pipeline.training import Rows, Training
from willbuy.progress import StepCallback
from willbuy.runs import BUNDLE, new_run, write_result
from willbuy.shop import Shop
from willbuy.snapshots import build_snapshots
from willbuy.snapshots.grid import horizon_of
from willbuy.warehouse import open_warehouse

if TYPE_CHECKING:
    import pandas as pd


GOLDEN_ROWS = 1000
ENOUGH_POSITIVES = 5000  # five times what isotonic calibration asks for


def take_snapshots(run: Training) -> None:
    """Population x anchors: features as of the anchor, label after it. Fills log, features, rules, snapshots."""
    run.log = summarise(run.warehouse)
    run.features = features_of(run.shop, run.log.kinds, run.log.fields)
    run.rules = rules_needed(run.log.kinds, "session" if run.task == "session" else "horizon")
    build = _with_rules(run.features, run.rules)
    run.snapshots = build_snapshots(
        run.warehouse, run.shop, build, progress=run.say, folder=run.folder / "snapshots"
    )


def _with_rules(features: FeatureSet, rules: tuple[Rule, ...]) -> FeatureSet:
    """The features, and those that only the rules read."""
    extra = [
        feature_from_spec(rule.spec) for rule in rules if rule.spec and rule.column not in features.names
    ]
    return replace(features, features=(*features.features, *extra))


def split_rows(run: Training) -> None:
    """Train | embargo | test. Fills split, parts, train, test (sealed), bgnbd."""
    frame = run.snapshots.frame([anchor.moment for anchor in run.snapshots.anchors if anchor.matured])
    names = run.features.names
    if wants_bgnbd(run.shop, names):
        frame, run.bgnbd = add_bgnbd(frame, _horizon_days(run.shop))
        names = (*names, *COLUMNS)
    run.split = _split(run, frame)
    part = run.split.parts(frame)
    run.train = Rows(frame[part == TRAIN], names)
    test = frame[part == TEST]
    run.parts = {
        "rows": {"train": _count(frame[part == TRAIN]), "embargo": _count(frame[part == EMBARGO])},
        "audit": audit(run.train.groups, test["entity_key"].to_numpy()),
    }
    run.test = SealedTest(test, seal_record(run.folder))


def _split(run: Training, frame: "pd.DataFrame") -> Split:
    try:
        if run.task == "session":
            return split_sessions(frame, run.log.lag)
        moments = [anchor.moment for anchor in run.snapshots.anchors if anchor.matured]
        return split_in_time(moments, horizon_of(run.shop), run.log.lag)
    except NotEnoughData as error:
        run.say(f"no split in time: {error}")
        return split_by_entity(
            frame["entity_key"].to_numpy(), run.seed, reason=str(error), labels=frame["label"].to_numpy()
        )


def tune_candidates(run: Training) -> None:
    """Tune each candidate inside the training part, on a declared sample of its entities. Fills tuned."""
    train = run.train
    kept = sample_of_entities(train.groups, run.shop.train.search_rows, run.seed)
    X, y, groups = train.X[kept], train.y[kept], train.groups[kept]
    run.tuned = {}
    for name in run.shop.train.candidates:
        run.say(f"tuning {name} on {len(y):,} of {len(kept):,} rows")
        run.tuned[name] = CANDIDATES[name]().tune(X, y, run.seed, groups)


def choose_candidate(run: Training) -> None:
    """Choose by the declared metric on predictions of unseen entities. Fills log_odds, judged, chosen.

    Large parts do not need every fold: those that hold ENOUGH_POSITIVES judge and calibrate as well.
    """
    train, run.log_odds = run.train, {}
    for name, candidate in run.tuned.items():
        run.say(f"out-of-fold predictions of {name}")
        run.log_odds[name] = out_of_fold(
            candidate,
            train.X,
            train.y,
            train.groups,
            run.shop.train.folds,
            run.seed,
            enough=ENOUGH_POSITIVES,
        )
    run.judged = np.isfinite(next(iter(run.log_odds.values())))
    run.log_odds = {name: scores[run.judged] for name, scores in run.log_odds.items()}
    run.chosen, _ = choose(run.log_odds, train.y[run.judged], run.shop.train.metric)


def calibrate(run: Training) -> None:
    """Calibrate on the same out-of-fold predictions, and choose the threshold on them. Fills calibrator, threshold."""
    scores, y = run.log_odds[run.chosen], run.train.y[run.judged]
    run.calibrator = fit_calibrator(scores, y)
    run.threshold = f1_threshold(run.calibrator.probability(scores), y)


def fit(run: Training) -> None:
    """Fit the chosen candidate on every training row: every anchor whose window ends by the test. Fills scorer."""
    train = run.train
    run.scorer = run.tuned[run.chosen].fit(train.X, train.y, run.seed, train.names, train.groups)


def test_once(run: Training) -> None:
    """Open the test part, once, and hold the model against the simple rules. Fills result."""
    test = Rows(run.test.open(), run.train.names)
    probability = run.calibrator.probability(run.scorer.log_odds(test.X))
    draws = run.shop.train.bootstrap
    rules = fit_rules(run.train.frame, run.train.y, run.rules)
    both = evaluate_with_rules(
        test.y,
        probability,
        test.groups,
        threshold=_threshold(run),
        rows=test.frame,
        rules=rules,
        draws=draws,
        seed=run.seed,
    )
    differences = both.differences("model")
    metrics = dict(both.metrics)
    model = metrics.pop("model")
    words = verdict(
        model,
        metrics,
        differences,
        metric=run.shop.train.metric,
        rule_words={rule.name: rule.words for rule in run.rules},
        train_base_rate=float(run.train.y.mean()),
        split_note=run.split.note,
    )
    run.parts["rows"]["test"] = _count(test.frame)
    run.result = assemble_result(run, model, metrics, differences, words, compare_candidates(run))
    run.result["slices"] = slices(run, test, probability, _threshold(run))
    weights = importance(run, test)
    for feature in run.result["features"]:
        feature["importance"] = weights.get(feature["name"])
    keep_predictions(run, test, probability)


def compare_candidates(run: Training) -> dict[str, Metrics]:
    """Each candidate on the out-of-fold predictions that the choice was made on, calibrated on the same."""
    y, groups = run.train.y[run.judged], run.train.groups[run.judged]
    found = {}
    for name, scores in run.log_odds.items():
        probability = fit_calibrator(scores, y).probability(scores)
        threshold = f1_threshold(probability, y).value
        found[name] = evaluate(
            y, probability, groups, threshold, draws=run.shop.train.bootstrap, seed=run.seed
        )
    return found


def keep_predictions(run: Training, test: Rows, probability: NDArray[np.float64]) -> None:
    """Write the test part's predictions for the report: `predictions.parquet`."""
    scored = test.frame[["entity", "anchor"]].assign(y=test.y, p=probability)
    run.warehouse.connection.register("willbuy_predictions", scored)
    run.warehouse.to_parquet('SELECT * FROM "willbuy_predictions"', run.folder / "predictions.parquet")
    run.warehouse.connection.unregister("willbuy_predictions")


def write(run: Training) -> None:
    """Write the bundle, then the result that names it."""
    golden = run.train.X[np.linspace(0, len(run.train.frame) - 1, GOLDEN_ROWS).astype(np.int64)]
    run.result["bundle"] = write_bundle(
        run.folder / BUNDLE,
        scorer=run.scorer,
        calibrator=run.calibrator,
        features_spec=run.features.to_spec(),
        feature_names=run.train.names,
        threshold=_threshold(run),
        fields=manifest_fields(run),
        golden=golden,
        native=getattr(run.scorer, "native", None),
    )
    write_result(run.folder, run.result)


Step = Callable[[Training], None]
STEPS: tuple[tuple[str, Step], ...] = (
    ("snapshots: who, when, what was known, what came after", take_snapshots),
    ("backtest: train | embargo | test", split_rows),
    ("tuning inside the training part", tune_candidates),
    ("candidates, compared on unseen visitors", choose_candidate),
    ("calibration and threshold, on the same predictions", calibrate),
    ("fit on the whole training part", fit),
    ("test, opened once", test_once),
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


def _threshold(run: Training) -> float:
    chosen = run.shop.offer.threshold
    return run.threshold.value if chosen == "f1" else float(chosen)


def _count(rows: "pd.DataFrame") -> dict[str, int]:
    return {"n": len(rows), "positives": int(rows["label"].sum())}


def _horizon_days(shop: Shop) -> float:
    within = shop.target.within
    if isinstance(within, str):
        raise NotEnoughData(
            "BG/NBD needs a horizon in days; a session task has none. Set [features] bgnbd = false"
        )
    return within.days
