"""The offer in the result: each threshold as it was chosen and on the test part, the bands, the profit curve."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from willbuy.evaluation.at_thresholds import at_thresholds
from willbuy.evaluation.by_band import by_band
from willbuy.evaluation.profit import profit_curve
from willbuy.evaluation.result.decision import OfferResult, ThresholdResult
from willbuy.offers.offered import words_of
from willbuy.pipeline.folds import HeldOut
from willbuy.pipeline.rows import Rows

if TYPE_CHECKING:
    from willbuy.pipeline.training import Training


def add_offer(run: "Training", test: Rows, probability: NDArray[np.float64], held: HeldOut | None) -> None:
    """Add offer, thresholds, bands and (where money is known) profit to the run's result.

    In a cross-validation (`held`) each fold decided at thresholds of its own.
    """
    draws, seed = run.shop.train.bootstrap, run.seed
    found = run.learning.offered
    run.result["offer"] = describe_offer(run)
    run.result["thresholds"] = _thresholds(run, test, probability, held)
    run.result["bands"] = by_band(
        test.y, probability, test.groups, run.learning.bands, draws=draws, seed=seed
    )
    if found.money is not None:
        run.result["profit"] = profit_curve(
            test.y, probability, test.groups, found.money, draws=draws, seed=seed
        )


def describe_offer(run: "Training") -> OfferResult:
    """What the thresholds were counted with."""
    offer, found = run.shop.offer, run.learning.offered
    return OfferResult(
        threshold=found.asked,
        population=round(found.population, 1),
        moment=run.moment_words,
        capacity=offer.capacity,
        margin=offer.margin,
        cost_per_contact=offer.cost_per_contact,
        currency=offer.currency,
    )


def _thresholds(
    run: "Training", test: Rows, probability: NDArray[np.float64], held: HeldOut | None
) -> list[ThresholdResult]:
    found = run.learning.offered
    chosen = {named.name: probability >= named.threshold.value for named in found.thresholds}
    tested = at_thresholds(
        test.y,
        held.by_threshold() if held else chosen,
        test.groups,
        found.money,
        draws=run.shop.train.bootstrap,
        seed=run.seed,
    )
    results = []
    for named in found.thresholds:
        there = named.threshold
        results.append(
            ThresholdResult(
                name=named.name,
                words=words_of(named.name, run.shop.offer, run.moment_words),
                chosen=named.name == found.asked,
                value=there.value,
                selected=there.selected,
                caught=there.caught,
                positives=there.positives,
                n=there.n,
                precision=there.precision,
                recall=there.recall,
                f1=there.f1,
                profit=found.profit(there),
                note=named.note,
                test=tested[named.name],
            )
        )
    return results
