"""The clock of the service's edge: everything further in is handed one."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The time now, naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)
