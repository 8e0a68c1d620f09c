"""What is sent, as JSON: moments as ISO 8601, numpy's numbers as numbers, nothing that JSON cannot say."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from willbuy.errors import RequestRejected


def encode(value: Any) -> bytes:
    """The JSON of a value. Raises RequestRejected where it holds what JSON cannot say.

    >>> encode({"time": datetime(2026, 11, 1, 9, 30), "price": None})
    b'{"time":"2026-11-01T09:30:00Z","price":null}'
    """
    try:
        return json.dumps(
            value, default=_plain, allow_nan=False, separators=(",", ":"), ensure_ascii=False
        ).encode()
    except (TypeError, ValueError) as error:
        raise RequestRejected(
            f"this cannot be sent: {error}. Expected what JSON can say; None where a value is not known",
            code="client",
        ) from error


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat() + (
            "" if value.tzinfo else "Z"
        )  # a moment without a zone is UTC, here as everywhere
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "tolist"):  # numpy
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a value of type {type(value).__name__}")
