"""One of many processes at a port: `python -m willbuy.service.workers.worker`, started by `willbuy serve --workers`."""

import json
import os
import select
import sys
from socket import socket

from willbuy.errors import WillbuyError
from willbuy.service.workers.asked import Asked


class Life:
    """The process that started this one, as long as it lives."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    @property
    def over(self) -> bool:
        """Whether it has ended: nothing is ever written to the pipe, so it can be read at its end only."""
        return bool(select.select([self._handle], [], [], 0)[0])


def main() -> int:
    """Serve until told to stop; say on the pipe when it answers, or why it cannot."""
    from willbuy.service.server import serve_as_worker

    asked = Asked.of(sys.argv[1])

    def tell(**words: str) -> None:
        os.write(asked.told, (json.dumps(words) + "\n").encode())
        os.close(asked.told)

    try:
        serve_as_worker(
            asked, socket(fileno=asked.listener), Life(asked.life), lambda address, words: tell(said=words)
        )
    except WillbuyError as error:
        try:
            tell(error=str(error))
        except OSError:  # it was ready once
            sys.stderr.write(f"{error}\n")
        return 2
    return 0


def command(asked: Asked) -> list[str]:
    """The command of a worker."""
    return [sys.executable, "-m", "willbuy.service.workers.worker", asked.text()]


if __name__ == "__main__":
    sys.exit(main())
