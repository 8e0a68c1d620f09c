"""The test part, opened once: the model beside the rules, where it errs, what it would lose without a feature."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from willbuy.backtest import FoldSplit
from willbuy.evaluation.base_rates import unlike_rates
from willbuy.evaluation.beside_logistic import LOGISTIC
from willbuy.evaluation.evaluate import evaluate
from willbuy.evaluation.importance import permutation_importance
from willbuy.evaluation.result.metrics import Estimate, Metrics
from willbuy.evaluation.rules import MODEL, evaluate_with_rules, fit_rules
from willbuy.evaluation.slices import evaluate_slices
from willbuy.evaluation.verdict import shift, verdict
from willbuy.models.calibrators import fit_calibrator
from willbuy.models.scorers import Scorer
from willbuy.offers.f1 import f1_threshold
from willbuy.pipeline.folds import (
    HeldOut,
    describe_folds,
    evaluate_held_out,
    hold_out,
    hold_out_again,
    importance_held_out,
)
from willbuy.pipeline.offer import add_offer
from willbuy.pipeline.result import assemble_result
from willbuy.pipeline.rows import Rows
from willbuy.runs import PREDICTIONS

if TYPE_CHECKING:
    from willbuy.pipeline.training import Training

ROWS, REPEATS = 5000, 3  # of the importance: its error is read off the least and the greatest repeat
# Of very many columns fewer rows: each is shuffled, and every time all columns are scored
FEWEST, CELLS = 500, 200_000_000


def test_once(run: "Training") -> None:
    """Open the test part, once, and hold the model against the simple rules. Fills result."""
    test = Rows(run.test.open(), run.train.names)
    rules = fit_rules(run.train.frame, run.train.y, run.rules)
    held = hold_out(run, test, run.split) if isinstance(run.split, FoldSplit) else None
    if held is not None:
        probability, both = held.probability, evaluate_held_out(run, held, rules)
    else:
        probability = run.learning.probability(test.X)
        both = evaluate_with_rules(
            test.y,
            probability,
            test.groups,
            threshold=run.learning.cut,
            rows=test.frame,
            rules=rules,
            others={LOGISTIC: (run.plain.probability(test.X), run.plain.cut)} if run.plain else {},
            draws=run.shop.train.bootstrap,
            seed=run.seed,
        )
    rate, differences = float(run.train.y.mean()), both.differences("model")
    metrics = dict(both.metrics)
    model = metrics.pop("model")
    words = verdict(
        model,
        metrics,
        differences,
        metric=run.shop.train.metric,
        rule_words={rule.name: rule.words for rule in run.rules},
        train_base_rate=rate,
        split_note=run.split.note,
    )
    run.parts["rows"]["test"] = test.counts
    candidates = compare_candidates(run)
    words["sentences"] += run.beside_the_training(model, candidates[run.learning.chosen])
    run.result = assemble_result(run, model, metrics, differences, words, candidates)
    if not shift(model, rate):  # else the verdict has said it
        words["sentences"] += unlike_rates(run.result["parts"])
    chosen = probability >= run.learning.cut if held is None else held.chosen[MODEL]
    run.result["slices"] = slices(run, test, probability, chosen)
    add_offer(run, test, probability, held)
    if held is not None:
        again = hold_out_again(run, test, run.split) if isinstance(run.split, FoldSplit) else []
        run.result["folds"] = describe_folds(run, held, again)
    weights = importance(run, test, held)
    for feature in run.result["features"]:
        feature["importance"] = weights.get(feature["name"])
    keep_predictions(run, test, probability)


def compare_candidates(run: "Training") -> dict[str, Metrics]:
    """Each candidate on the out-of-fold predictions that the choice was made on, calibrated on the same."""
    judged = run.learning.judged
    y, groups = run.train.y[judged], run.train.groups[judged]
    found = {}
    for name, scores in run.learning.log_odds.items():
        probability = fit_calibrator(scores, y).probability(scores)
        threshold = f1_threshold(probability, y).value
        found[name] = evaluate(
            y, probability, groups, threshold, draws=run.shop.train.bootstrap, seed=run.seed
        )
    return found


def keep_predictions(run: "Training", test: Rows, probability: NDArray[np.float64]) -> None:
    """Write the test part's predictions for the report: `predictions.parquet`."""
    scored = run.predictions(test).assign(y=test.y, p=probability)
    desk = run.warehouse.desk
    desk.connection.register("willbuy_predictions", scored)
    desk.to_parquet('SELECT * FROM "willbuy_predictions"', run.folder / PREDICTIONS)
    desk.connection.unregister("willbuy_predictions")


def slices(
    run: "Training", test: Rows, probability: NDArray[np.float64], chosen: NDArray[np.bool_]
) -> dict[str, dict[str, Metrics]]:
    """The same figures by what the task tells its rows apart by."""
    return {
        name: evaluate_slices(
            test.y,
            probability,
            test.groups,
            threshold=run.learning.cut,
            by=values,
            chosen=chosen,
            draws=run.shop.train.bootstrap,
            seed=run.seed,
        )
        for name, values in run.slices_by(test).items()
    }


def importance(run: "Training", test: Rows, held: HeldOut | None) -> dict[str, Estimate]:
    """Feature -> drop of average precision when it is shuffled; nothing where the test part has one outcome only."""
    if not 0 < int(test.y.sum()) < len(test.y):
        return {}
    rows = min(ROWS, max(FEWEST, CELLS // (REPEATS * len(test.names) ** 2)))
    if held is not None:
        return importance_held_out(held, rows, REPEATS, run.seed)
    score = _quickest(run.learning.scorer).log_odds
    return permutation_importance(
        score, test.X, test.y, test.names, rows=rows, repeats=REPEATS, seed=run.seed
    )


def _quickest(scorer: Scorer) -> Scorer:
    if getattr(scorer, "native", None) is None:
        return scorer
    from willbuy.models.native import in_bulk

    return in_bulk(scorer)
