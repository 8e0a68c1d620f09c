"""The wire under a connection, and how it ends."""

from typing import Any, Protocol

from willbuy.service.wire.watch import BODY


class Ending(Protocol):
    """Who knows whether the client is sending, and ends a connection so that it can still read."""

    phase: int
    refused: bool

    def end(self) -> None: ...


class Wire:
    """A transport whose `close` lets the client read our answer first, where it may still be sending."""

    def __init__(self, protocol: Ending, transport: Any) -> None:
        self._protocol = protocol
        self._transport = transport
        for name in ("write", "is_closing", "pause_reading", "resume_reading", "get_extra_info", "abort"):
            setattr(self, name, getattr(transport, name))
        self.write_eof, self.can_write_eof = transport.write_eof, transport.can_write_eof
        self.get_write_buffer_size = transport.get_write_buffer_size

    def close(self) -> None:
        """Close at once where the whole request was read."""
        if self._protocol.refused or self._protocol.phase == BODY:
            self._protocol.end()
        else:
            self._transport.close()
