"""The protocol fed with bytes: however they are cut the answers are the same, and nothing that comes in is an error of ours."""

import asyncio
import itertools
from typing import Any

import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from uvicorn.server import ServerState

from willbuy.service.wire.limits import Limits
from willbuy.service.wire.protocol import protocol_of
from willbuy.service.wire.watch import Watch


class Transport:
    """Keeps what is written, and says nothing back."""

    def __init__(self) -> None:
        self.written = b""
        self.closed = self.ended = False

    def write(self, data: bytes) -> None:
        """Keep it, unless this is closed already: a real one complains."""
        assert not self.closed, "written after the end"
        self.written += data

    def close(self) -> None:
        """End."""
        self.closed = True

    abort = close

    def is_closing(self) -> bool:
        """Whether it ended."""
        return self.closed

    def can_write_eof(self) -> bool:
        """It can."""
        return True

    def write_eof(self) -> None:
        """Nothing follows."""

    def pause_reading(self) -> None:
        """Nothing is read here by itself."""

    def resume_reading(self) -> None:
        """Nothing is read here by itself."""

    def get_write_buffer_size(self) -> int:
        """All was written."""
        return 0

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """It has none."""
        return default


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Say the method, the path and the size of the body."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more = body + message.get("body", b""), message.get("more_body", False)
    said = f"{scope['method']} {scope['path']} {len(body)}".encode()
    headers = [(b"content-length", str(len(said)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": said})


CONFIG = uvicorn.Config(app, log_config=None, access_log=False, ws="none", proxy_headers=False)
CONFIG.load()


def fed(pieces: list[bytes], ticks: int = 0) -> Transport:
    """What comes back of a connection that gets these pieces, and then that many ticks, each past every limit."""
    transport = Transport()

    async def feed() -> None:
        clock = [0.0]
        watch = Watch(Limits(waiting=1000), lambda: clock[0])
        loop = asyncio.get_running_loop()
        faults: list[Any] = []
        loop.set_exception_handler(lambda _, context: faults.append(context))
        protocol: Any = protocol_of(watch)(
            config=CONFIG, server_state=ServerState(), app_state={}, _loop=loop
        )
        protocol.connection_made(transport)
        for piece in pieces:
            if not transport.closed:
                protocol.data_received(piece)
            for _ in range(4):
                await asyncio.sleep(0)
        for _ in range(60):
            await asyncio.sleep(0)
        for _ in range(ticks):
            clock[0] += 20.0
            watch.tick()
            await asyncio.sleep(0)
        transport.ended = transport.closed
        protocol.connection_lost(None)
        await asyncio.sleep(0)
        assert faults == [] and watch.open == 0

    asyncio.run(feed())
    return transport


def cut(data: bytes, at: list[int]) -> list[bytes]:
    """Data in pieces that end at these places."""
    places = sorted({place % (len(data) + 1) for place in at} | {0, len(data)})
    return [data[a:b] for a, b in itertools.pairwise(places)]


REQUESTS = st.sampled_from(
    [
        b"GET /a HTTP/1.1\r\nhost: x\r\n\r\n",
        b"POST /b HTTP/1.1\r\ncontent-length: 5\r\n\r\nhello",
        b"POST /c HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        b"HEAD /d%20e?x=1 HTTP/1.1\r\n\r\n",
        b"POST /e HTTP/1.1\r\ncontent-length: 0\r\n\r\n",
    ]
)


@given(st.lists(REQUESTS, min_size=1, max_size=6), st.lists(st.integers(0, 2000), max_size=12))
def test_however_requests_are_cut_the_answers_are_the_same(requests: list[bytes], at: list[int]) -> None:
    data = b"".join(requests)
    together, apart = fed([data]), fed(cut(data, at))
    assert together.written == apart.written
    assert together.written.count(b"HTTP/1.1 200") == len(requests)
    assert not together.ended


@given(
    st.lists(REQUESTS, min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 2000), st.binary(min_size=1, max_size=4)), max_size=4),
    st.lists(st.integers(0, 2000), max_size=6),
)
def test_nothing_that_comes_in_is_a_fault_of_ours(requests: Any, changes: Any, at: list[int]) -> None:
    """Bytes changed anywhere: answered or refused, whatever was, and once the ticks have come nothing is left open."""
    data = b"".join(requests)
    for place, put in changes:
        start = place % len(data)
        data = data[:start] + put + data[start + len(put) :]
    transport = fed(cut(data, at), ticks=4)
    assert transport.ended
    for status in transport.written.split(b"HTTP/1.1 ")[1:]:
        assert status[:3] in (b"200", b"400", b"408", b"431", b"100"), transport.written
