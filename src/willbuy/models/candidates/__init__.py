"""Candidates: the families of models that training tries, one a file."""

from willbuy.models.candidates.boosting import XGBoostCandidate
from willbuy.models.candidates.forest import ForestCandidate
from willbuy.models.candidates.logistic import LogisticCandidate
from willbuy.models.candidates.prepared import PreparedCandidate, for_table
from willbuy.models.candidates.protocol import Candidate
from willbuy.models.candidates.reweighted import Reweighted

CANDIDATES: dict[str, type[LogisticCandidate] | type[ForestCandidate] | type[XGBoostCandidate]] = {
    LogisticCandidate.name: LogisticCandidate,
    ForestCandidate.name: ForestCandidate,
    XGBoostCandidate.name: XGBoostCandidate,
}

__all__ = [
    "CANDIDATES",
    "Candidate",
    "ForestCandidate",
    "LogisticCandidate",
    "PreparedCandidate",
    "Reweighted",
    "XGBoostCandidate",
    "for_table",
]
