"""How long, how large, how many: every limit between the network and the app, in one place."""

from typing import NamedTuple


class Limits(NamedTuple):
    """Seconds, bytes and numbers. `[serve]` in the shop file decides `connections`; the rest needs no turning."""

    header_seconds: float = 5.0
    """From a connection, or the first byte of a request, to the end of its headers."""
    body_seconds: float = 10.0
    """From the end of the headers to the end of the body."""
    body_rate: int = 1024
    """Bytes a second that a body must bring, on average, once `body_grace` is over."""
    body_grace: float = 3.0
    unread_seconds: float = 10.0
    """How long an answer may lie unread in our buffer."""
    idle_seconds: float = 10.0
    """How long a connection stays open without a request."""
    tick_seconds: float = 0.5
    """How often all of that is looked at: nothing is closed later than this after its time."""
    header_bytes: int = 16_384
    header_count: int = 100
    pipelined: int = 32
    """Requests that a client may send ahead of their answers."""
    framing_bytes: int = 262_144
    """What a chunked body may bring besides its bytes (sizes of chunks, trailers), beyond as much as its bytes."""
    connections: int = 500
    waiting: int = 64
    """Requests at work or waiting for it at once; one more is told to come back, which costs next to nothing."""
    single_bytes: int = 1 << 20
    """The body of a request for one thing."""
    batch_bytes: int = 10 << 20
    """The body of a request for many."""
    held_bytes: int = 64 << 20
    """All bodies larger than `small_bytes` that are held at once."""
    small_bytes: int = 65_536
