"""What one can ask of the service, one conversation a verb; `Client` and `AsyncClient` hold them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from willbuy.client.encoding import encode
from willbuy.client.shapes import BatchPrediction, Prediction
from willbuy.client.talking import Ask, Conversation, Patience, talk
from willbuy.errors import RequestRejected

MOST_RECORDS = 5_000
MOST_BYTES = 8_000_000  # the service takes ten megabytes
Record = Mapping[str, Any]


def predict(record: Record, reasons: int | None, patience: Patience) -> Conversation[Prediction]:
    """`POST /predict`."""
    return talk(Ask("POST", "/predict", _reasons(reasons), encode(record)), patience)


def predict_batch(
    records: Iterable[Record], reasons: int | None, patience: Patience
) -> Conversation[BatchPrediction]:
    """`POST /predict/batch`, as often as it takes: the answers stand in the order of the records."""
    found: BatchPrediction = {"predictions": [], "total_customers": 0, "processing_time_seconds": 0.0}
    for content in _batches(records):
        answer = yield from talk(Ask("POST", "/predict/batch", _reasons(reasons), content), patience)
        for name in ("predictions", "total_customers", "processing_time_seconds"):
            found[name] += answer[name]
    return found


def score(
    visitor: str | int, as_of: datetime | str | None, reasons: int | None, explain: bool, patience: Patience
) -> Conversation[dict[str, Any]]:
    """`GET /visitors/{id}/score`."""
    params = _reasons(reasons)
    if as_of is not None:
        params["as_of"] = as_of if isinstance(as_of, str) else _moment(as_of)
    if explain:
        params["explain"] = "events"
    return talk(Ask("GET", f"{_visitor(visitor)}/score", params), patience)


def visitor(visitor: str | int, limit: int | None, patience: Patience) -> Conversation[dict[str, Any]]:
    """`GET /visitors/{id}`."""
    return talk(Ask("GET", _visitor(visitor), {} if limit is None else {"limit": str(limit)}), patience)


def erase(visitor: str | int, patience: Patience) -> Conversation[dict[str, Any]]:
    """`DELETE /visitors/{id}`."""
    return talk(Ask("DELETE", _visitor(visitor)), patience)


def look(path: str, patience: Patience) -> Conversation[dict[str, Any]]:
    """`GET /health` or `GET /model`."""
    return talk(Ask("GET", path), patience)


def _reasons(most: int | None) -> dict[str, str]:
    return {} if most is None else {"reasons": str(most)}


def _visitor(name: str | int) -> str:
    """The path of a visitor: every character of the id is the id's own, a slash and dots too; a whole number is its digits."""
    if name in ("", ".", ".."):
        raise RequestRejected(f"{name!r} is no visitor's id", code="client")
    return f"/visitors/{quote(str(name), safe='')}"


def _moment(moment: datetime) -> str:
    return moment.isoformat() + ("" if moment.tzinfo else "Z")


def _batches(records: Iterable[Record]) -> Iterable[bytes]:
    batch: list[bytes] = []
    size = 0
    for record in records:
        content = encode(record)
        if batch and (len(batch) == MOST_RECORDS or size + len(content) > MOST_BYTES):
            yield _customers(batch)
            batch, size = [], 0
        batch.append(content)
        size += len(content) + 1
    if batch:
        yield _customers(batch)


def _customers(batch: Sequence[bytes]) -> bytes:
    return b'{"customers":[' + b",".join(batch) + b"]}"
