"""The plain logistic beside every other model: what a few weights come to on the same rows."""

from dataclasses import replace

from willbuy.evaluation.beside_logistic import LOGISTIC
from willbuy.pipeline.learning import Learning, calibrate, choose_candidate, fit, tune
from willbuy.shop import Shop, TableShop


def plain_logistic(learning: Learning) -> Learning | None:
    """The logistic, fitted on the same rows and calibrated on its own out-of-fold predictions; None where it was chosen.

    It is tuned and scored out of fold here only where it was no candidate.
    """
    if learning.chosen == LOGISTIC:
        return None
    plain = replace(learning, shop=_only(learning))
    if LOGISTIC in learning.log_odds:
        plain.tuned = {LOGISTIC: learning.tuned[LOGISTIC]}
        plain.log_odds = {LOGISTIC: learning.log_odds[LOGISTIC]}
        plain.judged, plain.chosen = learning.judged, LOGISTIC
    else:
        tune(plain)
        choose_candidate(plain)
    calibrate(plain)
    fit(plain)
    return plain


def _only(learning: Learning) -> Shop | TableShop:
    train = learning.shop.train.model_copy(update={"candidates": (LOGISTIC,)})
    return learning.shop.model_copy(update={"train": train})
