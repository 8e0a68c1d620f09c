"""What became of one event that was sent: accepted, or refused by a rule."""

from typing import NamedTuple

from willbuy.features.live.event import Event


class Accepted(NamedTuple):
    """An event, and whose it is.

    `body_hash` are 16 bytes over all of it but its id and when it was received: the same event gives the same bytes
    however its JSON is spelt. `ignored` are the names of the body's other fields, as they may be shown.
    """

    entity: str
    event: Event
    event_id: str | None
    body_hash: bytes
    ignored: tuple[str, ...] = ()


class Refused(NamedTuple):
    """The rule that was broken, the field of the body that it is about (`row`: all of it), and a sentence.

    None of them repeats a value that was sent.
    """

    rule: str
    field: str
    says: str


Read = Accepted | Refused
"""What reading one event gives."""
