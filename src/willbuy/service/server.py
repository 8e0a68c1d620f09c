"""`willbuy serve`: one process that answers, from its start to its end."""

import logging
from collections.abc import Callable
from typing import Any

from willbuy.service.alone import alone
from willbuy.service.extras import check_extras
from willbuy.service.keys import Keys
from willbuy.service.limits import Limits
from willbuy.service.listening import address_of, check_public, is_local, listen
from willbuy.shop import Common

logger = logging.getLogger("willbuy.service")


def run_server(
    shop: Common,
    *,
    host: str | None = None,
    port: int | None = None,
    said: Callable[[str], None] = print,
) -> None:
    """Serve a shop until SIGTERM or Ctrl-C; then finish what is under way, and return.

    Args:
        shop: The shop; `host` and `port` take the place of those in its `[serve]`.
        host: Where to listen.
        port: The port; 0 takes one that is free.
        said: Told, in a line, where it listens.

    Raises:
        WillbuyError: A package of the extra is missing, another `serve` runs on this home, the address is public and there
            is no key, or it is taken.
    """
    check_extras()
    host = host or shop.serve.host
    port = shop.serve.port if port is None else port
    keys = Keys(shop.home)
    check_public(host, keys.active)
    with alone(shop.home / "serve.lock", "another willbuy serve runs on this shop: stop it first"):
        _run(shop, keys, host, port, said)


def _run(shop: Common, keys: Keys, host: str, port: int, said: Callable[[str], None]) -> None:
    from willbuy.service.gate import Gate
    from willbuy.service.metrics import Metrics
    from willbuy.service.running import make_server
    from willbuy.service.watch import Watch

    watch = Watch(Limits(connections=shop.serve.connections))
    metrics = Metrics()
    gate = Gate(_app(), keys, metrics, shop.serve.requests_per_minute, is_local(host), watch)
    server = make_server(gate, watch, [keys.refresh])
    with listen(host, port) as listener:
        said(f"willbuy serves {address_of(listener)} ({_who(keys)})")
        server.run(sockets=[listener])


def _who(keys: Keys) -> str:
    if not keys.any:
        return "no keys: whoever is on this machine may ask"
    return f"keys: {keys.active}"


def _app() -> Any:
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    return Starlette(routes=[Route("/livez", lambda _: JSONResponse({"status": "ok"}))])
