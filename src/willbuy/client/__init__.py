"""The client of the service, for Python: `willbuy.Client` and `willbuy.AsyncClient`. Needs the extra `client`."""

from willbuy.errors import WillbuyError

try:
    import httpx  # noqa: F401
except ImportError as error:
    raise WillbuyError(
        "the client needs httpx, which is not installed. Run: pip install 'willbuy[client]'"
    ) from error

from willbuy.client.asynchronous import AsyncClient
from willbuy.client.events import Rejection, Sent, with_ids
from willbuy.client.shapes import BatchPrediction, Failure, Prediction, Reason, Score
from willbuy.client.synchronous import Client

__all__ = [
    "AsyncClient",
    "BatchPrediction",
    "Client",
    "Failure",
    "Prediction",
    "Reason",
    "Rejection",
    "Score",
    "Sent",
    "with_ids",
]
