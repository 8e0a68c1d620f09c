"""Suspicion: too few buyers to tell anything. The interval that the test will have can be known before anything is trained.

The standard error of a ROC-AUC follows from its value and the two counts (Hanley and McNeil, Radiology 1982); that of an
average precision is near the binomial's, with the buyers as its draws (Boyd, Eng and Page, ECML 2013). Both shrink with the
root of the buyers: an interval half as wide needs four times as many.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np

from willbuy.doctor.diagnosis import Answered, Asked, answer
from willbuy.doctor.finding import Finding

QUESTION = "Are there enough buyers to tell a good model from a lucky one?"
Z = 1.96
ASSUMED = 0.8  # the ROC-AUC before there is a model: that of a decent one
WIDE = 0.05  # half an interval of ROC-AUC: two models a tenth apart are then hardly told apart


@dataclass(frozen=True)
class Supply:
    """Entities that buy and that do not, as the test will hold them, and where more would come from.

    `weeks`: how long a log the buyers of the test take. `horizons`: longer horizon -> how many times as many entities
    buy within it, by the log's own rate; empty where there is none to lengthen.
    """

    buyers: float
    others: float
    weeks: float | None = None
    horizons: Mapping[str, float] | None = None


def enough(supply: Supply, roc_auc: float = ASSUMED) -> list[Finding]:
    """The interval to expect, and what would halve it: a warning where it is wide, a note otherwise."""
    if supply.buyers < 1 or supply.others < 1:
        return []
    precision = expected_precision(roc_auc, supply.buyers / (supply.buyers + supply.others))
    auc_half = Z * hanley_mcneil(roc_auc, supply.buyers, supply.others)
    ap_half = Z * sqrt(precision * (1 - precision) / supply.buyers)
    return [
        Finding(
            suspicion="enough",
            about="",
            grade="warning" if auc_half > WIDE else "note",
            words=(
                f"the test holds about {supply.buyers:,.0f} entities that buy: a ROC-AUC of {roc_auc:.2f} comes with"
                f" ± {auc_half:.3f}, an average precision of {precision:.3f} with ± {ap_half:.3f}"
            ),
            remedy=_remedy(supply),
            proof={
                "buyers": round(supply.buyers, 1),
                "others": round(supply.others, 1),
                "roc_auc": roc_auc,
                "roc_auc_half": auc_half,
                "average_precision": precision,
                "average_precision_half": ap_half,
                "more_weeks": _more_weeks(supply),
                "longer_horizon": _longer(supply),
            },
        )
    ]


def ask_enough(supply: Supply) -> Answered:
    """What it says of the interval to expect, and its answer."""
    found = enough(supply)
    return found, Asked("enough", QUESTION, answer(found) if found else "not asked: nobody buys in the test")


def hanley_mcneil(auc: float, buyers: float, others: float) -> float:
    """The standard error of a ROC-AUC, by the exponential model of the paper.

    >>> round(hanley_mcneil(0.8, 50, 50), 4)
    0.0445
    """
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (buyers - 1) * (q1 - auc**2) + (others - 1) * (q2 - auc**2)
    return sqrt(variance / (buyers * others))


def expected_precision(auc: float, rate: float) -> float:
    """The average precision of a score with a ROC-AUC at a base rate, were it normal for both outcomes, equally wide.

    >>> round(expected_precision(0.5, 0.1), 3), expected_precision(0.8, 0.1) > 0.25
    (0.1, True)
    """
    from scipy.special import ndtr, ndtri

    apart = sqrt(2) * ndtri(auc)
    recall = (np.arange(2000) + 0.5) / 2000
    false = ndtr(ndtri(recall) - apart)
    return float((rate * recall / (rate * recall + (1 - rate) * false)).mean())


def _more_weeks(supply: Supply) -> int | None:
    """Three times the time that the test's buyers took: a pool of four such tests has four times as many."""
    return None if supply.weeks is None else ceil(3 * supply.weeks)


def _longer(supply: Supply) -> str | None:
    """The shortest horizon within which four times as many buy."""
    return next((name for name, times in (supply.horizons or {}).items() if times >= 4), None)


def _remedy(supply: Supply) -> str:
    weeks, longer = _more_weeks(supply), _longer(supply)
    ways = []
    if weeks is not None:
        ways.append(f"{weeks} more week{'' if weeks == 1 else 's'} of log to test on as well")
    if longer is not None:
        ways.append(f"a horizon of {longer}")
    elif supply.horizons:
        last, times = list(supply.horizons.items())[-1]
        return (
            f"Half as wide with four times the buyers: {', or '.join(ways)}; a longer horizon is not enough"
            f" (within {last} {times:.1f} times as many buy)"
        )
    return "Half as wide with four times the buyers" + (f": {', or '.join(ways)}" if ways else "")
