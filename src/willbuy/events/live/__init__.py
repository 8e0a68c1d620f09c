"""Live: one event as JSON, read by the rules by which ingest reads a row of JSON lines. Plain Python, one event at a time."""

from willbuy.events.live.outcome import Accepted, Read, Refused
from willbuy.events.live.reader import EventReader
from willbuy.events.live.with_id import with_id

__all__ = ["Accepted", "EventReader", "Read", "Refused", "with_id"]
