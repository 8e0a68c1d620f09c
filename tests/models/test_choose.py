"""The choice between candidates by one metric."""

import numpy as np
import pytest
from sklearn import metrics

from willbuy.models.choose import choose

Y = np.array([0, 0, 1, 0, 1, 1, 0, 0])
SCORES = {
    "ranks": np.array([-9.0, -8, 5, -7, 6, 7, -6, -5]),
    "guesses": np.zeros(8),
    "certain": np.array([-9.0, -8, 20, -7, 21, 22, 25, -5]),
}


@pytest.mark.parametrize(
    ("metric", "best", "theirs"),
    [
        ("average_precision", "ranks", metrics.average_precision_score),
        ("roc_auc", "ranks", metrics.roc_auc_score),
        ("log_loss", "ranks", lambda y, s: metrics.log_loss(y, 1 / (1 + np.exp(-s)))),
    ],
)
def test_the_best_by_each_metric(metric, best, theirs):
    name, values = choose(SCORES, Y, metric)
    assert name == best
    assert values == pytest.approx({key: theirs(Y, scores) for key, scores in SCORES.items()})


def test_log_loss_punishes_certainty_that_ranking_forgives():
    two = {name: SCORES[name] for name in ("certain", "guesses")}
    assert choose(two, Y, "roc_auc")[0] == "certain"
    assert choose(two, Y, "log_loss")[0] == "guesses"


def test_the_first_named_wins_a_tie():
    assert choose({"plain": np.zeros(8), "fancy": np.zeros(8)}, Y, "log_loss")[0] == "plain"


def test_an_unknown_metric_names_the_known():
    with pytest.raises(
        ValueError, match="no metric 'f1'; expected one of average_precision, roc_auc, log_loss"
    ):
        choose(SCORES, Y, "f1")
