"""A request, the answers to it, and trying again, without any waiting or sending: both clients drive the same generators.

A conversation yields what is to be done: a request, to which it is sent an answer, or a pause. What it returns is the result.
"""

from collections.abc import Callable, Generator
from typing import Any, NamedTuple, TypeVar

import httpx

from willbuy.client.refusals import retry_after, unavailable, unfit

T = TypeVar("T")
AGAIN = {429, 502, 503, 504, 507}
"""Too many, a proxy without a service behind it, too busy, a full disk: all of them pass. What is sent again is safe to
send again, events too: they keep their ids."""


class Ask(NamedTuple):
    """A request: `path` below the service's address, its query, and its body, JSON already."""

    method: str
    path: str
    params: dict[str, str] = {}
    content: bytes | None = None


class Pause(NamedTuple):
    """Nothing for so many seconds."""

    seconds: float


Reply = httpx.Response | httpx.TransportError | None
"""What a request came to; None after a pause."""

Conversation = Generator[Ask | Pause, Reply, T]


class Patience(NamedTuple):
    """How often to try again, and how long to wait: at most `first_wait`, then twice as much and so on up to `most_wait`
    seconds, each time a random share of it, so that many clients do not come back at once. Where the service says how long
    (Retry-After), that and the random share of the first wait; where it says more than `longest`, not at all.
    """

    retries: int
    random: Callable[[], float]  # from 0 to 1
    first_wait: float = 0.2
    most_wait: float = 10.0
    longest: float = 60.0

    def wait(self, tried: int, asked: float | None) -> float | None:
        """Seconds to wait after so many tries, the first among them; None where it is not worth it.

        >>> patience = Patience(3, random=lambda: 0.5)
        >>> [patience.wait(tried, None) for tried in (1, 2, 3, 4)]
        [0.1, 0.2, 0.4, None]
        >>> patience.wait(1, 2.0), patience.wait(1, 3600.0)
        (2.1, None)
        """
        if tried > self.retries or (asked is not None and asked > self.longest):
            return None
        if asked is not None:
            return asked + self.random() * self.first_wait
        return self.random() * min(self.first_wait * 2.0 ** (tried - 1), self.most_wait)


def talk(ask: Ask, patience: Patience) -> Conversation[Any]:
    """Ask until there is an answer, and return its JSON. Raises a ClientError for any other end."""
    tried = 0
    while True:
        tried += 1
        reply = yield ask
        if isinstance(reply, httpx.Response) and reply.status_code not in AGAIN:
            return unfit(reply)
        asked = retry_after(reply)
        seconds = patience.wait(tried, asked)
        if seconds is None:
            raise unavailable(reply, tried)
        yield Pause(seconds)
