"""One answer of the service, as the prediction log keeps it."""

from datetime import datetime
from typing import NamedTuple


class Answer(NamedTuple):
    """What was answered, and from what.

    `id` names the answer and no person; `entity` is who was scored (hashed where the shop hashes ids), None where the
    request named nobody. `features` are the bytes of a float64 row in the order of the version's feature names, nan for
    null. `moment` is when it was answered, naive UTC; `as_of` the moment that the features are of, None where whoever asked
    gave the features. `log_odds` are the model's, before calibration; `probability` is what was answered. The
    shadow's fields say what a second bundle would have answered, where there is one.

    >>> import numpy as np
    >>> row = np.array([3.0, float("nan")])
    >>> answer = Answer("a1", "ann", "/predict", "0f3c", datetime(2015, 9, 1), row.tobytes(), -2.0, 0.12)
    >>> answer.shadow_version is None, len(answer.features)
    (True, 16)
    """

    id: str
    entity: str | None
    route: str
    version: str
    moment: datetime
    features: bytes
    log_odds: float
    probability: float
    shadow_version: str | None = None
    shadow_probability: float | None = None
    as_of: datetime | None = None
