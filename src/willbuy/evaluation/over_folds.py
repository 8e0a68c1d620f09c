"""The candidates fold by fold: the metric in each fold, its spread, and how surely the others fall short of the chosen one."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from willbuy.evaluation.corrected_t import corrected_t
from willbuy.evaluation.result.metrics import Estimate
from willbuy.evaluation.result.model import OverFolds


def over_folds(
    values: Mapping[str, npt.ArrayLike], chosen: str, *, metric: str, dealt: int, repeats: int
) -> dict[str, OverFolds]:
    """What is said of each candidate. `values` are its figures (n,), one a judged fold of each dealing, in the same order for all.

    `dealt` folds were made in a dealing, and there were `repeats` dealings: n is less than their product where enough
    buyers were held out before the last fold. A difference is the candidate minus the chosen one.

    >>> found = over_folds({"a": [0.5, 0.6], "b": [0.4, 0.5]}, "a", metric="roc_auc", dealt=2, repeats=1)
    >>> found["b"]["mean"], round(found["b"]["difference"]["value"], 10), "difference" in found["a"]
    (0.45, -0.1, False)
    """
    figures = {name: np.asarray(of_fold, dtype=np.float64) for name, of_fold in values.items()}
    found = {}
    for name, of_fold in figures.items():
        one = OverFolds(
            metric=metric,
            folds=len(of_fold),
            dealt=dealt,
            repeats=repeats,
            values=of_fold.tolist(),
            mean=float(of_fold.mean()),
            sd=float(of_fold.std(ddof=1)) if len(of_fold) > 1 else None,
        )
        if name != chosen:
            test = corrected_t((of_fold - figures[chosen]).tolist(), 1 / (dealt - 1))
            one["difference"] = Estimate(value=test.mean, low=test.low, high=test.high)
            one["p"] = test.p
        found[name] = one
    return found


def apart_words(found: OverFolds, chosen: str) -> str:
    """Whether the folds tell a candidate from the chosen one, in words.

    >>> one = {"metric": "roc_auc", "folds": 5, "dealt": 5, "repeats": 1, "values": [], "mean": 0.6, "sd": 0.1}
    >>> apart_words({**one, "difference": {"value": -0.1, "low": -0.2, "high": 0.0}, "p": 0.06}, "forest")
    'not told apart from forest by 5 folds'
    >>> apart_words({**one, "folds": 1, "difference": {"value": -0.1, "low": None, "high": None}, "p": None}, "forest")
    'one fold alone cannot tell'
    """
    p = found.get("p")
    if p is None:
        return "one fold alone cannot tell"
    if p >= 0.05:
        return f"not told apart from {chosen} by {found['folds']} folds"
    gap = found["difference"]["value"] or 0.0
    better = (gap < 0) == (found["metric"] == "log_loss")
    return f"{'better' if better else 'worse'} than {chosen} over {found['folds']} folds"
