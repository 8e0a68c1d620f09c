"""Rolling origins: the procedure at earlier moments, each taken as the test of what came before it.

Settings were tuned once, on the whole training part, and are shared by all origins: an origin says how far the figures
of *these* settings wander in time, not how well tuning would have gone then. Judging, calibration, threshold and fit are
learnt anew from the rows whose labels were known at the origin. The test part stays out of it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from willbuy.backtest import OrderSplit, Origin
from willbuy.errors import NotEnoughData
from willbuy.evaluation.evaluate import SideBySide
from willbuy.evaluation.figures import figures_of, spreads
from willbuy.evaluation.result.elsewhere import OriginPoint, Origins
from willbuy.evaluation.result.metrics import Estimate
from willbuy.evaluation.rules import evaluate_with_rules, fit_rules
from willbuy.evaluation.words import moment, places_in_words
from willbuy.models.entity_folds import sample_of_entities
from willbuy.pipeline.learning import learn_again
from willbuy.pipeline.rows import Rows

if TYPE_CHECKING:
    from willbuy.pipeline.training import Training

COUNT = 3
ROWS = 60_000  # an origin learns from at most so many: it asks how figures wander, not for the last digit
ENOUGH = 2000  # positives to calibrate on: twice what isotonic calibration asks for
SHARED = "The settings were tuned once, on the whole training part, so all origins share them."


def test_origins(run: "Training") -> None:
    """Learn and test at earlier moments inside the training part. Fills result["origins"] of a split in time."""
    if run.split.kind != "time":
        return
    points, short = [], ""
    for origin in run.origins(COUNT):
        try:
            points.append(_point(run, origin))
        except NotEnoughData as error:
            short = f" At {moment(origin.label)} there was too little to learn from: {error}."
            break
    points = [*reversed(points), _test_point(run)]
    run.result["origins"] = Origins(
        points=points,
        over=spreads([point["figures"] for point in points]),
        rows=ROWS,
        note=SHARED + _how_many(run, len(points) - 1) + short,
    )


def _how_many(run: "Training", found: int) -> str:
    if found >= COUNT:
        return ""
    if isinstance(run.split, OrderSplit):
        return f" Three are wanted; the order leaves {found} with rows before them to learn from."
    number = "no earlier moment leaves" if not found else f"only {found} earlier moments leave"
    number = "only one earlier moment leaves" if found == 1 else number
    return f" Three are wanted; {number} training labels before it: the log is short for its horizon."


def _point(run: "Training", origin: Origin) -> OriginPoint:
    run.say(f"origin {moment(origin.label)}")
    past, ahead = run.train.take(origin.train), run.train.take(origin.test)
    learnt = past.take(sample_of_entities(past.groups, ROWS, run.seed))
    again = learn_again(run.learning, learnt, lambda _: None, ENOUGH)
    rules = fit_rules(learnt.frame, learnt.y, [rule for rule in run.rules if rule.name == _rule(run)])
    both = evaluate_with_rules(
        ahead.y,
        again.probability(ahead.X),
        ahead.groups,
        threshold=again.cut,
        rows=ahead.frame,
        rules=rules,
        draws=run.shop.train.bootstrap,
        seed=run.seed,
    )
    return OriginPoint(
        anchor=origin.label,
        test=False,
        train_rows=len(learnt.frame),
        train_base_rate=_rate(past),
        figures=figures_of(both.metrics["model"]),
        difference=_difference(run, both),
    )


def _rule(run: "Training") -> str | None:
    return run.result["verdict"]["rule"]


def _difference(run: "Training", both: SideBySide) -> Estimate | None:
    rule = _rule(run)
    if rule is None or rule not in both.metrics:
        return None
    return both.difference(run.result["verdict"]["metric"], "model", rule)


def _test_point(run: "Training") -> OriginPoint:
    """The test as the last of the origins."""
    split, rule, metric = run.split.describe(), _rule(run), run.result["verdict"]["metric"]
    differences = run.result.get("differences") or {}
    return OriginPoint(
        anchor=_when(split),
        test=True,
        train_rows=len(run.train.frame),
        train_base_rate=_rate(run.train),
        figures=figures_of(run.result["test"]),
        difference=differences[rule][metric] if rule in differences else None,
    )


def _when(split: Mapping[str, Any]) -> str:
    """The test's anchor, its cutoff, or its places in an order."""
    if "test" not in split:
        return str(split["cutoff"])
    return places_in_words(split["test"]) if split.get("by") == "order" else str(split["test"][0])


def _rate(rows: Rows) -> float:
    return round(float(np.mean(rows.y)), 10)
