"""`willbuy serve` with one route more: `POST /constant` reads the same body, logs the same, and answers the same bytes always.

`python -m benchmarks.ours.service SHOP RUN` prints the port that it listens at. What `/predict` costs beside `/constant` is
what decoding a record and scoring it cost; keys, limits, metrics and the log are the same for both, and for both every answer
is about another customer: of one customer the log's index would have its entries in one place, which costs it less.
"""

import sys
from itertools import count
from pathlib import Path
from typing import Any

from starlette.routing import Route

from willbuy.service.app import create_app
from willbuy.service.gate import doors
from willbuy.service.gate.gate import Gate
from willbuy.service.gate.keys import Keys
from willbuy.service.gate.listening import bind
from willbuy.service.gate.metrics import Metrics
from willbuy.service.logged import Logged
from willbuy.service.moments import utc_now
from willbuy.service.starting import started
from willbuy.service.state import State
from willbuy.service.wire.asking import answer, body_of
from willbuy.service.wire.limits import Limits
from willbuy.service.wire.running import make_server
from willbuy.service.wire.watch import Watch
from willbuy.shop import load_any


class Constant:
    """Answers what the first record got, whatever is sent."""

    def __init__(self, state: State) -> None:
        self._serving = state.holder.current
        self._row = self._serving.bundle.golden["rows"][0]  # type: ignore[union-attr]
        self._log, self._numbers = Logged(state), count(1)
        self._body = b'{"customer_id":"c","purchase_prediction":false,"purchase_probability":0.01}'

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Read, log, answer."""
        await body_of(receive)
        customer = f"c{next(self._numbers):010d}"
        self._log.put(self._serving, "/constant", customer, self._row, -4.6, 0.01)  # type: ignore[arg-type]
        await answer(send, self._body)


def main() -> None:
    """Serve until stopped."""
    shop, run = load_any(Path(sys.argv[1])), sys.argv[2]
    doors._EXACT["POST", "/constant"] = doors.Door("/constant", "predict", "single")
    keys = Keys(shop.home)
    metrics = Metrics()
    started_all = started(shop, keys, metrics, utc_now, run, allow_unproven=True)
    with bind("127.0.0.1", 0) as listener, started_all as state:
        app = create_app(state)
        app.router.routes.append(Route("/constant", Constant(state), methods=["POST"]))
        watch = Watch(Limits(connections=shop.serve.connections))
        gate = Gate(app, keys, metrics, shop.serve.requests_per_minute, True)
        server = make_server(gate, watch, [keys.refresh])
        print(listener.getsockname()[1], flush=True)
        server.serve_at(listener)


if __name__ == "__main__":
    main()
