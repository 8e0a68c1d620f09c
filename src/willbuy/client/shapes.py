"""What the service answers, as types: each is the JSON object itself, and may hold more than is said here."""

from typing import Any, TypedDict


class Reason(TypedDict):
    """Why a score is what it is: a sentence, and what the feature adds to the uncalibrated log-odds."""

    feature: str
    text: str
    contribution: float


class _Prediction(TypedDict):
    purchase_prediction: bool
    purchase_probability: float
    prediction_confidence: float
    propensity_to_buy: float
    band: str | None
    threshold: float
    model_version: str


class Prediction(_Prediction, total=False):
    """The answer about one record; its id stands beside these under the name that it was sent under."""

    reasons: list[Reason]


class Failure(TypedDict):
    """A record of a batch that could not be scored: the error's code, message, and field."""

    error: dict[str, Any]


class BatchPrediction(TypedDict):
    """The answers about many records, each at its record's place."""

    predictions: list[Prediction | Failure]
    total_customers: int
    processing_time_seconds: float


Score = dict[str, Any]
"""A visitor's score: see `GET /visitors/{id}/score`."""
