"""A load of HTTP requests from one process: so many connections, each sending its next request when it has its answer.

`python -m benchmarks.house.load PORT --requests FILE --connections N --seconds S` prints one JSON line: requests and answers
by status, the time from a request's sending to its answer's end, and the processor time that the load itself took. FILE holds
JSON: a list of `[method, path, body or null]`, sent in turn; a body that holds `{n}` gets the number of the request there.
"""

import argparse
import json
import selectors
import socket
import statistics
import time
from collections import Counter
from itertools import cycle
from pathlib import Path
from typing import Any

from benchmarks.house.percentiles import percentile

SILENCE_SECONDS = 30


class Connection:
    """One connection: a request under way, and when it was sent."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent = 0.0
        self.read = b""

    def ask(self, request: bytes) -> None:
        """Send a request."""
        self.sent = time.perf_counter()
        self.socket.sendall(request)

    def answered(self) -> int | None:
        """The status of the answer, once all of it is there."""
        self.read += self.socket.recv(1 << 20)
        head = self.read.find(b"\r\n\r\n")
        if head < 0:
            if not self.read:
                raise ConnectionError("the server closed a connection")
            return None
        at = self.read[:head].lower().find(b"content-length:")
        length = int(self.read[at + 15 : head].split(b"\r\n", 1)[0])
        if len(self.read) < head + 4 + length:
            return None
        status = int(self.read[9:12])
        self.read = b""
        return status


class Requests:
    """The requests in turn, as bytes."""

    def __init__(self, listed: list[tuple[str, str, str | None]], headers: dict[str, str]) -> None:
        self._parts = cycle([_parts(*one, headers) for one in listed])
        self.number = 0

    def next(self) -> bytes:
        """The next one."""
        head, body = next(self._parts)
        self.number += 1
        if b"{n}" not in body:
            return head + body
        filled = body.replace(b"{n}", b"%010d" % self.number)
        return head + filled


def _parts(method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[bytes, bytes]:
    content = (body or "").encode()
    length = len(content) + content.count(b"{n}") * 7  # ten digits in the place of three characters
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: localhost",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {length}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode(), content


def load(port: int, requests: Requests, connections: int, seconds: float) -> dict[str, Any]:
    """Send requests for so long over so many connections; what came of it."""
    statuses: Counter[int] = Counter()
    waits: list[float] = []
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        connection = Connection(port)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.ask(requests.next())
    cpu, start = time.process_time(), time.perf_counter()
    end = start + seconds
    under_way = connections
    while under_way:
        ready = selector.select(timeout=SILENCE_SECONDS)
        if not ready:
            raise TimeoutError(f"{under_way} requests were not answered for {SILENCE_SECONDS} s")
        for event, _ in ready:
            connection = event.data
            status = connection.answered()
            if status is None:
                continue
            now = time.perf_counter()
            waits.append(now - connection.sent)
            statuses[status] += 1
            if now < end:
                connection.ask(requests.next())
            else:
                under_way -= 1
    wall = time.perf_counter() - start
    return {
        "connections": connections,
        "answers": len(waits),
        "statuses": dict(statuses),
        "wall": wall,
        "per_second": len(waits) / wall,
        "client_cpu": time.process_time() - cpu,
        "seconds": {
            "mean": statistics.fmean(waits),
            **{f"p{share}": percentile(waits, share) for share in (50, 90, 99)},
            "max": max(waits),
        },
    }


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--requests", type=Path, required=True)
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--key")
    given = parser.parse_args()
    listed = [tuple(one) for one in json.loads(given.requests.read_text(encoding="utf-8"))]
    headers = {"Authorization": f"Bearer {given.key}"} if given.key else {}
    print(json.dumps(load(given.port, Requests(listed, headers), given.connections, given.seconds)))


if __name__ == "__main__":
    main()
