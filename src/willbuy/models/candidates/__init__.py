"""Candidates: the families of models that training tries, one a file."""

from willbuy.models.candidates.boosting import XGBoostCandidate
from willbuy.models.candidates.logistic import LogisticCandidate
from willbuy.models.candidates.protocol import Candidate

CANDIDATES: dict[str, type[LogisticCandidate] | type[XGBoostCandidate]] = {
    LogisticCandidate.name: LogisticCandidate,
    XGBoostCandidate.name: XGBoostCandidate,
}

__all__ = ["CANDIDATES", "Candidate", "LogisticCandidate", "XGBoostCandidate"]
