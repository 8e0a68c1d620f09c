"""What a session is: the rule that batch, live and snapshots share."""

from dataclasses import dataclass

from willbuy.durations import MINUTE, Duration

HALF_HOUR = Duration(30 * MINUTE)


@dataclass(frozen=True)
class SessionRule:
    """A session is a run of one entity's events with less than `gap` between them.

    An event at exactly `gap` after the one before opens a new session. Where the log has session ids (`own_ids`),
    events of different ids are in different sessions, and those without an id follow the gap among themselves.
    """

    gap: Duration = HALF_HOUR
    own_ids: bool = False
