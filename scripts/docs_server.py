"""A service that the examples of a page ask: `<!-- serve: OPTIONS -->` starts `willbuy serve` beside the page.

Pages show the address that a service has by default. The one that runs has a free port: the address is changed in what runs,
and changed back in what it prints.
"""

import contextlib
import os
import selectors
import socket
import subprocess
import sys
import time
from pathlib import Path

SHOWN = "127.0.0.1:8000"
SECONDS = 300


class Server:
    """A service in a folder, until `stop`; `address` is where it listens.

    Raises RuntimeError where it does not start within so many seconds.
    """

    def __init__(
        self, options: list[str], folder: Path, environment: dict[str, str], seconds: float = SECONDS
    ) -> None:
        self._seconds = seconds
        command = [sys.executable, "-u", "-m", "willbuy", "serve", "--port", "0", *options]
        self._log = (folder / "serve.log").open("w+")
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self.address = self._address()
        self._wait()

    def _wait(self) -> None:
        """Until it takes connections: it may say its address a moment before."""
        host, _, port = self.address.rpartition(":")
        end = time.monotonic() + self._seconds
        while self.process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
                return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"willbuy serve does not answer:\n{self.said()}")

    def _address(self) -> str:
        """What stands after `http://` in the first line that names an address."""
        with selectors.DefaultSelector() as selector:
            if self.process.stdout is None:
                raise RuntimeError("the service has no output")
            selector.register(self.process.stdout, selectors.EVENT_READ)
            end = time.monotonic() + self._seconds
            while selector.select(max(0.0, end - time.monotonic())):
                line = self.process.stdout.readline()
                if "http://" in line:
                    return line.partition("http://")[2].split()[0].rstrip("/.,")
                if not line:
                    break
        self.stop()
        raise RuntimeError(f"willbuy serve did not start:\n{self.said()}")

    def said(self) -> str:
        """What it wrote on standard error."""
        self._log.seek(0)
        return self._log.read()

    def stop(self) -> None:
        """End it, as Ctrl-C does."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
