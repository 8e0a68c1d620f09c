"""The errors that willbuy raises on purpose: what was found, what was expected, what to do next."""

import difflib
from collections.abc import Iterable
from typing import Any


class WillbuyError(Exception):
    """A mistake that the user can mend. The command line prints it as one line and exits with 2."""


class ShopError(WillbuyError):
    """The shop file is missing, or one of its keys is wrong."""


class SourceError(WillbuyError):
    """A source file cannot be read as declared. Nothing of it was kept."""


class NotEnoughData(WillbuyError):
    """The log is too short, or holds too few buyers, for what was asked."""


class EngineError(WillbuyError):
    """The engine that holds or computes the tables is not there, refuses, or broke off. Nothing half-written is left."""


class SplitError(WillbuyError):
    """A split would let the training part see the test part, or rows stand in a part they do not belong to."""


class SealBroken(WillbuyError):
    """The test part was to be opened a second time in one run."""


class BundleError(WillbuyError):
    """A bundle is damaged, incomplete or of another format. It was not loaded."""


class InputError(WillbuyError):
    """Rows handed over for scoring do not fit the model: a column is missing, or a value is no number."""


class RegistryError(WillbuyError):
    """A model could not be promoted or taken into service. What was in service still is."""


class TrackingError(WillbuyError):
    """A run could not be mirrored: the tracking is switched off, not installed, or does not answer. The run is complete."""


class ServerError(WillbuyError):
    """The database server cannot be reached, does not let us do what is needed, or went away. Nothing is half-written."""


class ClientError(WillbuyError):
    """A request to the service did not succeed.

    `status` is the HTTP status, None where no answer came; `code`, `message` and `field` are what the service said;
    `retry_after` how many seconds it asked for. Of events, `unsent` are those that were not acknowledged, each with its
    id: send these again, and nothing is counted twice.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str = "",
        field: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.status, self.code, self.field = message, status, code, field
        self.retry_after = retry_after
        self.unsent: list[dict[str, Any]] = []


class RequestRejected(ClientError):
    """The service cannot take what was sent: a field is unknown, missing or of the wrong kind. Sent again, it fails again."""


class KeyRejected(ClientError):
    """The service knows no such key, or the key may not do this."""


class UnknownId(ClientError):
    """The service knows nothing under this id."""


class EventConflict(ClientError):
    """An event of the same id and of another content is stored already. Nothing was changed."""


class ServiceUnavailable(ClientError):
    """The service did not answer, or was too busy, after every retry."""


class ServiceFault(ClientError):
    """The service failed, or what answered is no willbuy service."""


class StoreError(WillbuyError):
    """The live store could not take events, or could not be opened. Nothing that it was handed is kept."""


class StoreFull(StoreError):
    """The disk under the live store is full. Send the events again later, with the same ids."""


class StoreBusy(StoreError):
    """More events wait for the live store's writer than it lets wait. Send them again in a moment."""


class StoreHeld(StoreError):
    """Another process has the live store open."""


class StoreRead(StoreError):
    """What was erased is gone from the live store's rows, and its old bytes not yet from the file: somebody reads that."""


class StoreAway(StoreError):
    """The server that holds the live store does not answer. Whether it has what it was handed nobody knows: send it again,
    with the same ids, in a moment."""


class StoreDead(StoreError):
    """The live store's writer has ended, closed or after a fault of the disk. Only a new start helps."""


def did_you_mean(found: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for the nearest known spelling, or "".

    >>> did_you_mean("visitor_id", ["visitorid", "itemid"])
    " Did you mean 'visitorid'?"
    >>> did_you_mean("zzz", ["visitorid"])
    ''
    """
    nearest = difflib.get_close_matches(found, list(known), n=1, cutoff=0.6)
    return f" Did you mean '{printable(nearest[0])}'?" if nearest else ""


def printable(text: str, most: int = 60) -> str:
    r"""Make a name from a file safe to show in one line: line ends and control characters escaped, cut when long.

    >>> printable("item\nid"), printable("x" * 9, most=5)
    ('item\\nid', 'xx...')
    """
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text[: most + 1])
    return shown if len(shown) <= most else shown[: most - 3] + "..."


def listed(names: Iterable[str], most: int = 12) -> str:
    """List names from a file in one line, at most so many of them.

    >>> listed(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    every = list(names)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(printable(name) for name in every[:most]) + more
