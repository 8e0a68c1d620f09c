"""`willbuy serve`: the process, or the processes, that answer, from their start to their end."""

import logging
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from socket import socket

from willbuy.errors import WillbuyError
from willbuy.service.alone import alone
from willbuy.service.extras import check_extras
from willbuy.service.gate.keys import Keys
from willbuy.service.gate.listening import address_of, bind, check_public
from willbuy.service.service import Service
from willbuy.service.workers.asked import Asked
from willbuy.service.workers.worker import Life
from willbuy.shop import Common, load_any
from willbuy.store.opening import on_server, open_answers


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
    workers: int = 1,
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
        workers: How many processes answer; more than one where the store is on a server.

    Raises:
        WillbuyError: A package of the extra is missing, another `serve` runs on this home, the address is public and there
            is no key, or it is taken; there is no model, or it is not proven.
    """
    check_extras()
    shop = _listening_at(shop, host, port)
    keys = Keys(shop.home)
    check_public(shop.serve.host, keys.active)
    _check_workers(shop, workers)
    log_to_stderr()
    with ExitStack() as held:
        if not on_server(shop):
            held.enter_context(
                alone(
                    shop.home / "live" / "serve.lock",
                    "another willbuy serve runs on this shop: stop it first",
                )
            )
        listener = held.enter_context(bind(shop.serve.host, shop.serve.port if port is None else port))
        service = Service(shop, keys, listener, run, allow_unproven, file, actor)
        if workers == 1:
            service.serve(said, load)
        else:
            _serve_many(service, workers, said, load)


def serve_as_worker(asked: Asked, listener: socket, life: Life, said: Callable[[str, str], None]) -> None:
    """Serve as one of several processes, told by the one that started it; return when that, or a signal, ends it."""
    log_to_stderr()
    file = Path(asked.shop)
    shop = _listening_at(load_any(file), asked.host, asked.port)
    service = Service(
        shop, Keys(shop.home), listener, asked.run, asked.allow_unproven, file, asked.actor, asked, life
    )
    service.serve(said, None)


def _serve_many(
    service: Service, workers: int, said: Callable[[str, str], None], load: Callable[[], None] | None
) -> None:
    from willbuy.service.workers.supervisor import Supervisor

    shop, file = service.shop, service.file or service.shop.folder / "shop.toml"
    open_answers(
        shop
    )  # the tables are there before anybody asks for them, and a server that is not is said once
    if load is not None:
        load()
    asked = Asked(
        number=0,
        workers=workers,
        shop=str(file.resolve()),
        host=shop.serve.host,
        port=shop.serve.port,
        run=service.run,
        allow_unproven=service.allow_unproven,
        actor=service.actor,
    )
    with closing(Supervisor(asked, service.listener)) as supervisor, supervisor.stopped_by_signals():
        words = supervisor.start()
        if words is None:
            return
        said(address_of(service.listener), f"{words.removesuffix(')')}; {workers} workers)")
        supervisor.watch()


def _check_workers(shop: Common, workers: int) -> None:
    if workers > 1 and not on_server(shop):
        raise WillbuyError(
            f'{workers} workers cannot share SQLite files. Set [storage] engine = "postgres", or serve with one'
        )


def _listening_at(shop: Common, host: str | None, port: int | None) -> Common:
    """The shop as this process serves it. Port 0 stands in no shop file, so it is not written into this one."""
    changed = {"host": host or shop.serve.host, "port": port or shop.serve.port}
    return shop.model_copy(update={"serve": shop.serve.model_copy(update=changed)})


def log_to_stderr() -> None:
    """Warnings and faults go to standard error with the time; nothing is written for a request that went well."""
    if logging.getLogger().handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger().addHandler(handler)
