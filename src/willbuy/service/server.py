"""`willbuy serve`: one process that answers, from its start to its end."""

import logging
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from socket import socket

from willbuy.audit import append
from willbuy.service.alone import alone
from willbuy.service.extras import check_extras
from willbuy.service.gate.keys import Keys
from willbuy.service.gate.listening import BACKLOG, address_of, bind, check_public, is_local
from willbuy.service.moments import utc_now
from willbuy.service.wire.limits import Limits
from willbuy.shop import Common

logger = logging.getLogger("willbuy.service")


def run_server(
    shop: Common,
    *,
    host: str | None = None,
    port: int | None = None,
    run: str | None = None,
    allow_unproven: bool = False,
    load: Callable[[], None] | None = None,
    file: Path | None = None,
    actor: str = "serve",
    said: Callable[[str, str], None] = lambda address, words: print(words),
) -> None:
    """Serve a shop until SIGTERM or Ctrl-C; then finish what is under way, write what waits, and return.

    Args:
        shop: The shop; `host` and `port` take the place of those in its `[serve]`.
        host: Where to listen.
        port: The port; 0 takes one that is free.
        run: A run to serve, whoever is champion.
        allow_unproven: Serve a log's model without a parity proof; `/health` says so.
        load: Loads the visitors' history into the store, before that is opened; None leaves it as it is.
        file: The shop file, where it is not `shop.toml` in the shop's folder.
        actor: Who serves, for the audit log: serving without a proof is an act of an administrator.
        said: Told the address, and a line that says more.

    Raises:
        WillbuyError: A package of the extra is missing, another `serve` runs on this home, the address is public and there
            is no key, or it is taken; there is no model, or it is not proven.
    """
    check_extras()
    shop = _listening_at(shop, host, port)
    keys = Keys(shop.home)
    check_public(shop.serve.host, keys.active)
    _log_to_stderr()
    with ExitStack() as held:
        held.enter_context(
            alone(shop.home / "live" / "serve.lock", "another willbuy serve runs on this shop: stop it first")
        )
        listener = held.enter_context(bind(shop.serve.host, shop.serve.port if port is None else port))
        _serve(shop, keys, listener, run, allow_unproven, load, file, actor, said)


def _serve(
    shop: Common,
    keys: Keys,
    listener: socket,
    run: str | None,
    allow_unproven: bool,
    load: Callable[[], None] | None,
    file: Path | None,
    actor: str,
    said: Callable[[str, str], None],
) -> None:
    from willbuy.service.app import create_app
    from willbuy.service.erasing import Erasing
    from willbuy.service.gate.gate import Gate
    from willbuy.service.gate.metrics import Metrics
    from willbuy.service.observed import observe
    from willbuy.service.starting import started
    from willbuy.service.wire.running import make_server
    from willbuy.service.wire.watch import Watch

    metrics = Metrics()
    with started(shop, keys, metrics, utc_now, run, allow_unproven, load, file) as state:
        if allow_unproven:
            current = state.holder.current
            append(shop.home, utc_now(), actor, "serve_unproven", run=current.run if current else None)
        watch = Watch(Limits(connections=shop.serve.connections))
        observe(metrics, state, watch)
        local = is_local(shop.serve.host)
        erasing = Erasing(state)
        gate = Gate(create_app(state, erasing), keys, metrics, shop.serve.requests_per_minute, local)
        server = make_server(gate, watch, [keys.refresh])
        current = state.holder.current
        model = f"run {current.run}" if current else "no model"
        if newer := state.holder.newer:
            model += f"; run {newer} is newer: willbuy promote {newer}"
        address = address_of(listener)
        listener.listen(BACKLOG)
        erasing.go_on()
        said(address, f"willbuy serves {address} ({model}; {_who(keys)})")
        server.serve_at(listener)


def _listening_at(shop: Common, host: str | None, port: int | None) -> Common:
    """The shop as this process serves it. Port 0 stands in no shop file, so it is not written into this one."""
    changed = {"host": host or shop.serve.host, "port": port or shop.serve.port}
    return shop.model_copy(update={"serve": shop.serve.model_copy(update=changed)})


def _who(keys: Keys) -> str:
    if not keys.any:
        return "no keys: whoever is on this machine may ask"
    if keys.lost:
        return f"{keys.lost}"
    return f"{keys.active} active key{'' if keys.active == 1 else 's'}"


def _log_to_stderr() -> None:
    """Warnings and faults go to standard error with the time; nothing is written for a request that went well."""
    if logging.getLogger().handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger().addHandler(handler)
