"""The one evaluation: every metric with its counts and its visitor-bootstrap interval.

`evaluate` is for one score, `side_by_side` for a model and the rules beside it on the same rows and the same draws, so
that the difference of two of them has a paired interval. Train, report, promotion and monitoring all call these two.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from willbuy.errors import NotEnoughData, WillbuyError
from willbuy.evaluation.assemble import Drawn, assemble, estimate
from willbuy.evaluation.joint import Joint
from willbuy.evaluation.resample import Floats, Resampler
from willbuy.evaluation.result.metrics import Estimate, Metrics
from willbuy.evaluation.scored import PAIRED, Scored

DRAWS = 1000


class MetricsError(WillbuyError):
    """Outcomes or probabilities that no metric is defined for."""


@dataclass(frozen=True)
class SideBySide:
    """Scores evaluated on the same rows with the same draws."""

    metrics: dict[str, Metrics]
    values: dict[str, dict[str, float]]  # score -> metric -> value
    draws: dict[
        str, dict[str, Floats]
    ]  # score -> metric -> (draws,); empty arrays where no interval can be known

    def difference(self, metric: str, score: str, other: str) -> Estimate:
        """`score` minus `other` in one metric, with the paired interval: both saw the same draws.

        Entries are None where either is undefined. Metrics: those of `PAIRED`.
        """
        if not self.values:
            return Estimate(value=None, low=None, high=None)
        gap = self.values[score][metric] - self.values[other][metric]
        return estimate(gap, self.draws[score][metric] - self.draws[other][metric])

    def differences(self, score: str) -> dict[str, dict[str, Estimate]]:
        """For every other score: metric -> `score` minus it."""
        others = [name for name in self.metrics if name != score]
        return {
            other: {metric: self.difference(metric, score, other) for metric in PAIRED} for other in others
        }


def evaluate(
    y: npt.ArrayLike,
    p: npt.ArrayLike,
    groups: npt.ArrayLike,
    threshold: float,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> Metrics:
    """Evaluate the probabilities `p` of the outcomes `y` (0 or 1), rows of one entity sharing a value in `groups`.

    `threshold` was chosen elsewhere, never on these rows. Intervals are 95 % percentile intervals over `draws` resamples of
    the entities. What is undefined (no buyer, all buyers) is None, with the reason under "reasons".
    Raises MetricsError when lengths differ, y is not 0 or 1, or p is no probability; NotEnoughData when there is no row.

    >>> figures = evaluate([1, 0, 1, 0, 0], [0.9, 0.2, 0.6, 0.4, 0.1], [1, 2, 3, 4, 5], threshold=0.5, draws=200)
    >>> figures["n"], figures["positives"], figures["roc_auc"]["value"], figures["precision"]
    (5, 2, 1.0, 1.0)
    """
    return side_by_side(y, {"p": p}, groups, {"p": threshold}, draws=draws, seed=seed).metrics["p"]


def compare(
    y: npt.ArrayLike,
    p_a: npt.ArrayLike,
    p_b: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, Estimate]:
    """The differences a - b of every metric in `PAIRED`, with paired intervals."""
    both = side_by_side(y, {"a": p_a, "b": p_b}, groups, {"a": 0.5, "b": 0.5}, draws=draws, seed=seed)
    return both.differences("a")["b"]


def side_by_side(
    y: npt.ArrayLike,
    scores: Mapping[str, npt.ArrayLike],
    groups: npt.ArrayLike,
    thresholds: Mapping[str, float],
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> SideBySide:
    """Evaluate several scores on the same rows: one set of draws for all, so that they can be compared in pairs."""
    outcomes, probabilities, entities = _checked(y, scores, groups)
    scored, drawable, of_row = {}, {}, {}
    for name, p in probabilities.items():
        scored[name], exact = Scored.make(outcomes, p, thresholds[name])
        drawable[name], coarse = scored[name].drawable()
        of_row[name] = coarse[exact]
    joint = Joint.of(of_row)
    resampler = Resampler(joint.of_row, entities, joint.size)
    drawing = _drawing(outcomes, entities, draws, seed)
    drawn: dict[str, dict[str, list[Floats]]] = {
        name: {metric: [] for metric in one.metrics} for name, one in drawable.items()
    }
    for batch in resampler.draws(drawing.draws, seed):
        for name, weights in joint.weights(batch).items():
            for metric, found in drawable[name].draw(weights).items():
                drawn[name][metric].append(found)
    flat = {
        name: {metric: np.concatenate([[], *parts]) for metric, parts in of.items()}
        for name, of in drawn.items()
    }
    figures = {name: assemble(one, flat[name], drawing) for name, one in scored.items()}
    return SideBySide(metrics=figures, values={name: one.values for name, one in scored.items()}, draws=flat)


def _drawing(outcomes: npt.NDArray[np.int8], entities: npt.NDArray[np.int64], draws: int, seed: int) -> Drawn:
    """Whom to draw, and how often: not at all unless 2 entities bought and 2 did not, for one has no spread."""
    others, buyers = (int((np.bincount(entities[outcomes == outcome]) > 0).sum()) for outcome in (0, 1))
    count = draws if min(buyers, others) >= 2 else 0
    return Drawn(entities=int(entities.max()) + 1, buyers=buyers, draws=count, seed=seed)


def _checked(
    y: npt.ArrayLike, scores: Mapping[str, npt.ArrayLike], groups: npt.ArrayLike
) -> tuple[npt.NDArray[np.int8], dict[str, Floats], npt.NDArray[np.int64]]:
    outcomes, entities = np.asarray(y), np.asarray(groups)
    probabilities = {name: np.asarray(score, dtype=np.float64) for name, score in scores.items()}
    if not len(outcomes):
        raise NotEnoughData("there is no row to evaluate: nobody was in the population at the anchor")
    lengths = {len(outcomes), len(entities), *(len(score) for score in probabilities.values())}
    if len(lengths) > 1:
        raise MetricsError(f"outcomes, groups and scores have different lengths: {sorted(lengths)}")
    if not np.isin(outcomes, (0, 1)).all():
        raise MetricsError("an outcome is neither 0 nor 1: leave out rows that have not matured")
    for name, score in probabilities.items():
        if not ((score >= 0) & (score <= 1)).all():
            raise MetricsError(
                f"{name}: {score[~((score >= 0) & (score <= 1))][0]} is no probability (0 to 1)"
            )
    return outcomes.astype(np.int8), probabilities, np.unique(entities, return_inverse=True)[1]
