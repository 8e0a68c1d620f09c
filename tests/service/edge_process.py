"""The tiny app behind the gate as a process of its own, for figures: `python -m service.edge_process HOME`.

A server in the test's process would share its interpreter with the attackers, and the test would measure itself.
"""

import ast
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join((str(TESTS), str(TESTS.parent / "src")))}


@dataclass
class Served:
    """A running process; `closed` is there once it has ended: why it closed how many connections."""

    port: int
    pid: int
    closed: dict[str, int] = field(default_factory=dict)

    @property
    def megabytes(self) -> float:
        """Its resident memory."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    @property
    def sockets(self) -> int:
        """How many connections it holds."""
        held = Path(f"/proc/{self.pid}/fd")
        return sum("socket:" in _target(one) for one in held.iterdir())


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


@contextlib.contextmanager
def served(home: Path, per_minute: int = 60_000_000) -> Iterator[Served]:
    """Run it until the block ends."""
    command = [sys.executable, "-m", "service.edge_process", str(home), str(per_minute)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        assert process.stdout is not None
        one = Served(int(process.stdout.readline()), process.pid)
        try:
            yield one
        finally:
            process.terminate()
            rest = process.stdout.read()
            process.wait(120)
        one.closed.update(ast.literal_eval(rest))
        assert process.returncode == 0


def main(home: str, per_minute: str) -> None:
    """Serve until SIGTERM, with the limits of the service; say the port first, and what was closed last."""
    from service.edge_server import tiny_app
    from willbuy.service.gate.gate import Gate
    from willbuy.service.gate.keys import Keys
    from willbuy.service.gate.listening import bind
    from willbuy.service.gate.metrics import Metrics
    from willbuy.service.wire.limits import Limits
    from willbuy.service.wire.running import make_server
    from willbuy.service.wire.watch import Watch

    watch, keys = Watch(Limits()), Keys(Path(home))
    gate = Gate(tiny_app(), keys, Metrics(), int(per_minute), local=True, limits=watch.limits)
    listener = bind("127.0.0.1", 0)
    server = make_server(gate, watch, [keys.refresh])
    listener.listen()
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    server.serve_at(listener)
    sys.stdout.write(f"{dict(watch.closed)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
