"""The rate of a key over all workers of a machine: one file in memory, a slot a key, each changed under a lock of the system.

The monotonic clock is one for all processes of a machine, so the moment at which a bucket is full again means the same to each.
"""

import fcntl
import mmap
import os
import struct
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from time import monotonic

from willbuy.service.gate.rate import full_after

SLOTS = 4_096
_SLOT = struct.Struct("<8sd")  # 64 bits of the name's hash, and when its bucket is full again
_FREE = bytes(8)


class SharedRate:
    """As `Rate`, for every process that opens the same file. A lock is given back when its holder dies."""

    def __init__(self, file: Path, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self._interval, self._clock = 60.0 / per_minute, clock
        self._saved = max(1.0, per_minute / 40) * self._interval
        self._handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        os.ftruncate(self._handle, SLOTS * _SLOT.size)
        self._map = mmap.mmap(self._handle, SLOTS * _SLOT.size)
        self._places: dict[str, int] = {}

    def wait(self, key: str) -> float:
        """Take one request: 0.0 if it may pass, else the seconds until the next one may; that one was not counted."""
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = self._place(key)
        fcntl.lockf(self._handle, fcntl.LOCK_EX, _SLOT.size, place)
        try:
            name, full_at = _SLOT.unpack_from(self._map, place)
            over, after = full_after(full_at, self._clock(), self._interval, self._saved)
            if not over:
                _SLOT.pack_into(self._map, place, name, after)
        finally:
            fcntl.lockf(self._handle, fcntl.LOCK_UN, _SLOT.size, place)
        return over

    def close(self) -> None:
        """Close the file."""
        self._map.close()
        os.close(self._handle)

    def _place(self, key: str) -> int:
        """Where a key's slot begins: the first that is its own or free, from where its hash points."""
        name = blake2b(key.encode(), digest_size=8).digest()
        first = int.from_bytes(name, "little") % SLOTS
        fcntl.lockf(self._handle, fcntl.LOCK_EX, 0, 0)
        try:
            for step in range(SLOTS):
                place = (first + step) % SLOTS * _SLOT.size
                found = self._map[place : place + 8]
                if found in (name, _FREE):
                    self._map[place : place + 8] = name
                    return place
            return first * _SLOT.size  # more keys than slots: two share one
        finally:
            fcntl.lockf(self._handle, fcntl.LOCK_UN, 0, 0)
