"""The prediction log: what was answered, for whom, from which features, by which version, and when."""

from willbuy.store.predictions.answer import Answer
from willbuy.store.predictions.days import EDGES, DayOfAnswers, daily
from willbuy.store.predictions.erasing import erase_answers
from willbuy.store.predictions.log import PredictionLog
from willbuy.store.predictions.reading import feature_names, read_answers

__all__ = [
    "EDGES",
    "Answer",
    "DayOfAnswers",
    "PredictionLog",
    "daily",
    "erase_answers",
    "feature_names",
    "read_answers",
]
