"""Our way of writing an answer against uvicorn's: the same bytes, the same errors, the same end."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from willbuy.service.wire.cycle import MOST_KNOWN, Cycle, _known

NAMES = st.sampled_from(
    [b"x-a", b"X-B", b"content-type", b"content-length", b"Connection", b"transfer-encoding", b"bad name"]
)
VALUES = st.sampled_from(
    [b"", b"ok", b"3", b"0", b"close", b"keep-alive, Close", b"chunked", b"Chunked", b"two\r\nlines", b"\x00"]
)
PIECES = st.lists(st.sampled_from([b"", b"abc", b"x" * 300]), min_size=1, max_size=3)


def told(
    cycle: type[RequestResponseCycle], method: str, status: int, headers: Any, pieces: Any, alive: bool
) -> Any:
    """What a cycle writes, whether it closes, and the error it ends with."""
    written: list[bytes] = []
    closed: list[bool] = []
    transport = SimpleNamespace(
        write=written.append, close=lambda: closed.append(True), is_closing=lambda: False
    )
    one: Any = cycle(
        scope={"method": method},  # type: ignore[arg-type, typeddict-item]
        transport=transport,  # type: ignore[arg-type]
        flow=SimpleNamespace(write_paused=False),  # type: ignore[arg-type]
        logger=None,  # type: ignore[arg-type]
        access_logger=None,  # type: ignore[arg-type]
        access_log=False,
        default_headers=[(b"date", b"now")],
        message_event=asyncio.Event(),
        expect_100_continue=False,
        keep_alive=alive,
        on_response=lambda: closed.append(False),
    )

    async def answer() -> None:
        await one.send({"type": "http.response.start", "status": status, "headers": list(headers)})
        for place, piece in enumerate(pieces):
            more = place + 1 < len(pieces)
            await one.send({"type": "http.response.body", "body": piece, "more_body": more})

    try:
        asyncio.run(answer())
    except RuntimeError as error:
        # Nothing of an answer that fails at once is worth sending; what matters is that it fails alike.
        return type(error), closed
    return b"".join(written), closed, one.response_complete, one.keep_alive


@given(
    st.sampled_from(["GET", "HEAD", "POST"]),
    st.sampled_from([200, 204, 304, 413, 503]),
    st.lists(st.tuples(NAMES, VALUES), max_size=4).filter(
        lambda pairs: all(value.isdigit() for name, value in pairs if name == b"content-length")
    ),
    PIECES,
    st.booleans(),
)
@example("GET", 200, [(b"content-length", b"3")], [b"abc"], True)
@example("HEAD", 200, [(b"content-length", b"3")], [b"abc"], False)
@example("GET", 200, [], [b"", b"abc", b""], True)
def test_it_writes_what_uvicorn_writes(
    method: str, status: int, headers: Any, pieces: Any, alive: bool
) -> None:
    asked = (method, status, headers, pieces, alive)
    assert told(Cycle, *asked) == told(RequestResponseCycle, *asked)


@pytest.mark.parametrize("pair", [(b"x", b"a\r\nb: c"), (b"x y", b"a"), (b"x\r", b"a"), (b"x", b"\x00")])
def test_no_header_breaks_out_of_its_line_the_second_time_either(pair: tuple[bytes, bytes]) -> None:
    for _ in range(2):
        assert told(Cycle, "GET", 200, [pair], [b""], True)[0] is RuntimeError


def test_what_is_remembered_is_bounded() -> None:
    for number in range(2 * MOST_KNOWN):
        told(Cycle, "GET", 200, [(b"x-number", str(number).encode())], [b""], True)
    assert len(_known) <= MOST_KNOWN
    assert told(Cycle, "GET", 200, [(b"x-number", b"9999")], [b""], True)[0].count(b"x-number: 9999\r\n") == 1


def test_head_and_body_leave_together() -> None:
    written: list[bytes] = []
    transport = SimpleNamespace(write=written.append, close=lambda: None, is_closing=lambda: False)
    one: Any = Cycle.__new__(Cycle)
    one.__dict__.update(
        scope={"method": "GET"}, transport=transport, flow=SimpleNamespace(write_paused=False), disconnected=False,
        response_started=False, response_complete=False, keep_alive=True, chunked_encoding=None, default_headers=[],
        expected_content_length=0, message_event=asyncio.Event(), on_response=lambda: None,
    )  # fmt: skip

    async def answer() -> None:
        headers = [(b"content-length", b"2")]
        await one.send({"type": "http.response.start", "status": 200, "headers": headers})
        await one.send({"type": "http.response.body", "body": b"{}"})

    asyncio.run(answer())
    assert written == [b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"]
