"""How each candidate's settings were found and how it was chosen: `tuning` and `over_folds` of the result."""

from willbuy.evaluation.over_folds import over_folds
from willbuy.evaluation.result.model import OverFolds, Tuning
from willbuy.pipeline.learning import Learning


def describe_tuning(learning: Learning) -> dict[str, Tuning]:
    """By candidate: the trials, what was kept, and the nested gap, once the candidates were judged out of fold.

    The gap is the figure that the search saw minus the one on all judged rows: near 0 where searching flattered nobody.
    """
    found = {}
    for name, tried in learning.tried.items():
        outer = learning.values[name]
        found[name] = Tuning(
            **tried.to_dict(),  # type: ignore[typeddict-item]
            settings=learning.tuned[name].settings(),
            outer=outer,
            nested_gap=None if tried.inner is None else tried.inner - outer,
        )
    return found


def candidates_over_folds(learning: Learning) -> dict[str, OverFolds]:
    """By candidate: the metric of the choice fold by fold, and the corrected paired t-test against the chosen one."""
    found = learning.judging
    metric = learning.shop.train.metric
    return over_folds(found.by_fold, found.chosen, metric=metric, dealt=found.dealt, repeats=found.repeats)
