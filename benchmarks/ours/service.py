"""`willbuy serve` with two routes more, which answer the same bytes always and log as much as `/predict`.

`python -m benchmarks.ours.service SHOP RUN` prints the port that it listens at. `POST /constant` takes the body that `/predict`
takes, checked by the same reader; `POST /bare` looks at no byte of it. Keys, limits, metrics and the log are the same for all
three, and for all every answer is about another customer: of one customer the log's index would have its entries in one place,
which costs it less.
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
from willbuy.service.models import current_of
from willbuy.service.moments import utc_now
from willbuy.service.starting import started
from willbuy.service.state import State
from willbuy.service.wire.asking import answer, body_of
from willbuy.service.wire.limits import Limits
from willbuy.service.wire.running import make_server
from willbuy.service.wire.watch import Watch
from willbuy.shop import load_any

PATHS = {"/constant": True, "/bare": False}


class Constant:
    """Answers what the first record got, whatever is sent; `checked` says whether what is sent must be a record."""

    def __init__(self, state: State, checked: bool) -> None:
        self._serving = state.holder.current
        self._read = current_of(state)().fields.read_body if checked else bytes
        self._row = self._serving.bundle.golden["rows"][0]  # type: ignore[union-attr]
        self._log, self._numbers = Logged(state), count(1)
        self._body = b'{"customer_id":"c","purchase_prediction":false,"purchase_probability":0.01}'

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Read, log, answer."""
        self._read(await body_of(receive))
        customer = f"c{next(self._numbers):010d}"
        self._log.put(self._serving, "/constant", customer, self._row, -4.6, 0.01)  # type: ignore[arg-type]
        await answer(send, self._body)


def main() -> None:
    """Serve until stopped."""
    shop, run = load_any(Path(sys.argv[1])), sys.argv[2]
    for path in PATHS:
        doors._EXACT["POST", path] = doors.Door(path, "predict", "single")
    keys = Keys(shop.home)
    metrics = Metrics()
    started_all = started(shop, keys, metrics, utc_now, run, allow_unproven=True)
    with bind("127.0.0.1", 0) as listener, started_all as state:
        app = create_app(state)
        for path, checked in PATHS.items():
            app.router.routes.append(Route(path, Constant(state, checked), methods=["POST"]))
        watch = Watch(Limits(connections=shop.serve.connections))
        gate = Gate(app, keys, metrics, shop.serve.requests_per_minute, True)
        server = make_server(gate, watch, [keys.refresh])
        print(listener.getsockname()[1], flush=True)
        server.serve_at(listener)


if __name__ == "__main__":
    main()
