"""What is answered about one record: the decision, the probability, and where it stands."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from willbuy.models.reasons import Reason
    from willbuy.service.serving import Serving

MOST_REASONS = 10


def prediction(
    serving: "Serving", id_name: str, found_id: str | int | None, probability: float
) -> dict[str, Any]:
    """The answer about one record, its id under the name that it was sent under.

    `purchase_prediction` is whether the probability reaches the threshold, `prediction_confidence` the probability that
    this comes true, `propensity_to_buy` the probability again, for clients that know it by that name.
    """
    buys = probability >= serving.threshold
    return {
        id_name: found_id,
        "purchase_prediction": buys,
        "purchase_probability": probability,
        "prediction_confidence": probability if buys else 1.0 - probability,
        "propensity_to_buy": probability,
        "band": serving.band(probability),
        "threshold": serving.threshold,
        "model_version": serving.version,
    }


def said(reasons: "list[Reason]") -> list[dict[str, Any]]:
    """Reasons as JSON, strongest first: the feature, a sentence, and what it adds to the uncalibrated log-odds."""
    return [
        {"feature": reason.feature, "text": reason.text, "contribution": reason.contribution}
        for reason in reasons
    ]
