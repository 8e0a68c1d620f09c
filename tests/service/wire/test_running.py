"""One socket under many handles, shared by many processes."""

import os
import socket
from collections.abc import Sequence
from typing import ClassVar

import pytest

from willbuy.service.wire.running import DOORS, Running, make_server
from willbuy.service.wire.watch import Watch


class Watched(socket.socket):
    """A socket that notes how long its calls may wait, each time that is set; `dup` makes another of its kind."""

    asked: ClassVar[list[float | None]] = []

    def settimeout(self, value: float | None) -> None:
        self.asked.append(value)
        super().settimeout(value)


def test_no_handle_ever_makes_the_shared_socket_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another worker accepts at meanwhile: were it to block, that worker would sleep in its accept."""
    served: list[Sequence[socket.socket]] = []
    monkeypatch.setattr(Running, "run", lambda self, sockets: served.append(sockets))
    monkeypatch.setattr(Watched, "asked", [])
    with Watched() as listener:
        os.set_blocking(listener.fileno(), False)  # as a worker that began earlier left it
        make_server(None, Watch()).serve_at(listener)
        doors = served[0]
        assert len({one.fileno() for one in doors}) == DOORS
        assert Watched.asked == [0.0] * (DOORS - 1)
        assert not any(os.get_blocking(one.fileno()) for one in doors)
        for one in doors[1:]:
            one.close()
