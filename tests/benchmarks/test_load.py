"""The load: every answer is counted by its status, and its time is from the request's sending to the answer's end."""

import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.house.load import Requests, load

ROOT = Path(__file__).resolve().parent.parent.parent


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers 202 with the body, or 418 where it says teapot."""

    protocol_version = "HTTP/1.1"
    seen: list[bytes] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append(body)
        self.send_response(418 if b"teapot" in body else 202)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    Echo.seen = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def test_answers_are_counted_by_status(port: int) -> None:
    bodies = ('{"id": "a{n}"}', '{"id": "teapot"}')
    found = load(port, Requests([("POST", "/", body) for body in bodies], {}), 4, 0.3)
    assert found["answers"] == sum(found["statuses"].values()) == len(Echo.seen)
    assert set(found["statuses"]) == {202, 418}
    assert 0 < found["seconds"]["p50"] <= found["seconds"]["p99"] <= found["seconds"]["max"]


def test_every_request_has_its_own_number(port: int) -> None:
    load(port, Requests([("POST", "/", '{"id": "{n}", "again": "{n}"}')], {}), 3, 0.2)
    sent = [json.loads(body) for body in Echo.seen]
    assert all(one["id"] == one["again"] for one in sent)
    assert len({one["id"] for one in sent}) == len(sent) > 3


@pytest.mark.parametrize("name", ["http", "http_postgres", "hundred_million", "run"])
def test_the_file_runs_by_its_path_beside_the_library_of_its_name(name: str) -> None:
    """Its folder holds an `http.py`; the library's own `http` must be found nevertheless, as pandas and many others import it."""
    look = f"import runpy, sys; sys.argv = ['{name}', '--help']; sys.path[0] = 'benchmarks'"
    run = f"try: runpy.run_path('benchmarks/{name}.py', run_name='__main__')\nexcept SystemExit: import http.client"
    command = [sys.executable, "-c", f"{look}\n{run}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--json" in done.stdout
