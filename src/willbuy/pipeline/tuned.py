"""How each candidate's settings were found: what `tuning` of the result holds."""

from willbuy.evaluation.result import Tuning
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
