"""What is learnt from one part of the rows: tuned candidates, the chosen one, its calibrator, thresholds and scorer.

Training learns from the training part. Whatever asks "and if the test had been another one?" (rolling origins, folds
of entities, a random split) learns the same way from other rows: the procedure is tested, not one lucky fit.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from willbuy.models.calibrators import Calibrator, fit_calibrator
from willbuy.models.candidates import CANDIDATES, Candidate, ForestCandidate, Reweighted
from willbuy.models.entity_folds import sample_of_entities
from willbuy.models.judged import Judged, Judging
from willbuy.models.scorers import Scorer
from willbuy.models.search import Tried, search
from willbuy.offers.bands import Band, bands_for
from willbuy.offers.offered import Offered, offered
from willbuy.pipeline.moment import rows_a_moment
from willbuy.pipeline.rows import Rows
from willbuy.progress import StepCallback
from willbuy.shop import Shop, TableShop

ENOUGH_POSITIVES = 5000  # five times what isotonic calibration asks for


@dataclass
class Learning:
    """Rows to learn from, and what each function below learns of them; each says which fields it fills."""

    shop: Shop | TableShop
    rows: Rows
    say: StepCallback
    enough: int = ENOUGH_POSITIVES  # folds that hold so many positives judge and calibrate
    population: float | None = None  # rows of one scoring moment; by default those of the newest anchor
    wrap: Callable[[Candidate], Candidate] = lambda candidate: candidate  # what stands around each candidate
    tuned: dict[str, Candidate] = field(init=False)
    tried: dict[str, Tried] = field(init=False)
    judging: Judged = field(init=False)
    log_odds: dict[str, NDArray[np.float64]] = field(init=False)  # of the judged rows, out of fold
    judged: NDArray[np.bool_] = field(init=False)
    values: dict[str, float] = field(init=False)  # of the metric, on those predictions
    chosen: str = field(init=False)
    calibrator: Calibrator = field(init=False)
    offered: Offered = field(init=False)
    scorer: Scorer = field(init=False)

    @property
    def cut(self) -> float:
        """The probability from which a row is predicted to buy."""
        return self.offered.chosen.threshold.value

    @property
    def bands(self) -> tuple[Band, ...]:
        """The bands, against the base rate of the rows that were learnt from."""
        return bands_for(float(self.rows.y.mean()))

    def probability(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probabilities (n,) of rows (n, features), by the fitted scorer."""
        return self.calibrator.probability(self.scorer.log_odds(X))


def tune(learning: Learning) -> None:
    """Search each candidate's settings on a declared sample of the entities, then decide what is open on a larger one.

    Fills tuned, tried.
    """
    train = learning.shop.train
    trial, larger = _sample(learning, train.trial_rows), _sample(learning, train.search_rows)
    learning.tuned, learning.tried = {}, {}
    for name in train.candidates:
        learning.say(f"tuning {name}: {train.trials} trials on {len(trial.y):,} rows")
        candidate, learning.tried[name] = search(
            learning.wrap(candidate_of(name, learning.shop)),
            *trial,
            metric=train.metric,
            trials=train.trials,
            seed=train.seed,
            say=learning.say,
            way=train.search,
        )
        learning.tuned[name] = candidate.tune(larger.X, larger.y, train.seed, larger.groups)


class _Sample(NamedTuple):
    X: NDArray[np.float64]
    y: NDArray[np.int8]
    groups: NDArray[np.int64]


def _sample(learning: Learning, most: int) -> _Sample:
    rows = learning.rows
    kept = sample_of_entities(rows.groups, most, learning.shop.train.seed)
    if kept.all():
        return _Sample(rows.X, rows.y, rows.groups)
    return _Sample(rows.X[kept], rows.y[kept], rows.groups[kept])


def candidate_of(name: str, shop: Shop | TableShop) -> Candidate:
    """The candidate of a name, as the shop file wants it."""
    train = shop.train
    candidate: Candidate = (
        ForestCandidate(rows=train.forest_rows) if name == ForestCandidate.name else CANDIDATES[name]()
    )
    weight = None if train.class_weight == "none" else train.class_weight
    if weight is None and train.negatives_per_positive is None:
        return candidate
    return Reweighted(candidate, weight, train.negatives_per_positive)


def choose_candidate(learning: Learning) -> None:
    """Choose by the declared metric on predictions of unseen entities. Fills judging, log_odds, judged, values, chosen.

    Many rows do not need every fold: those that hold `enough` positives judge and calibrate as well.
    """
    rows, train = learning.rows, learning.shop.train
    judging = Judging(train.metric, train.folds, train.seed, learning.enough, train.repeats)
    found = learning.judging = judging.judge(learning.tuned, rows.X, rows.y, rows.groups, learning.say)
    learning.judged, learning.log_odds = found.rows, found.log_odds
    learning.chosen, learning.values = found.chosen, found.values


def calibrate(learning: Learning) -> None:
    """Calibrate on the same out-of-fold predictions, and choose thresholds on them. Fills calibrator, offered."""
    scores, y = learning.log_odds[learning.chosen], learning.rows.y[learning.judged]
    learning.calibrator = fit_calibrator(scores, y)
    population = learning.population or rows_a_moment(learning.rows)
    learning.offered = offered(learning.shop.offer, learning.calibrator.probability(scores), y, population)


def fit(learning: Learning) -> None:
    """Fit the chosen candidate on every row. Fills scorer."""
    rows, candidate = learning.rows, learning.tuned[learning.chosen]
    learning.scorer = candidate.fit(
        rows.X, rows.y, learning.shop.train.seed, rows.names, rows.groups, say=learning.say
    )


def learn(learning: Learning) -> Learning:
    """The whole procedure on its rows; the same object, filled."""
    for step in (tune, choose_candidate, calibrate, fit):
        step(learning)
    return learning


def learn_again(
    learning: Learning, rows: Rows, say: StepCallback, enough: int = ENOUGH_POSITIVES
) -> Learning:
    """The chosen candidate with its tuned settings on other rows: judged, calibrated and fitted anew, not tuned again."""
    again = replace(learning, rows=rows, say=say, enough=enough)
    again.tuned = {learning.chosen: learning.tuned[learning.chosen]}
    for step in (choose_candidate, calibrate, fit):
        step(again)
    return again
