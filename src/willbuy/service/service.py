"""One process that answers: what it holds, from its start to its end."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING

from willbuy.audit import append
from willbuy.service.gate.keys import Keys
from willbuy.service.gate.listening import BACKLOG, address_of, is_local
from willbuy.service.moments import utc_now
from willbuy.service.wire.limits import Limits
from willbuy.service.workers.asked import Asked
from willbuy.service.workers.worker import Life
from willbuy.shop import Common

if TYPE_CHECKING:
    from willbuy.service.erasing import Erasing
    from willbuy.service.gate.metrics import Metrics
    from willbuy.service.state import State
    from willbuy.service.wire.running import Running


@dataclass(frozen=True)
class Service:
    """What is served, where and how. `asked` and `life` are of one among several processes."""

    shop: Common
    keys: Keys
    listener: socket
    run: str | None
    allow_unproven: bool
    file: Path | None
    actor: str
    asked: Asked | None = None
    life: Life | None = None

    def serve(self, said: Callable[[str, str], None], load: Callable[[], None] | None) -> None:
        """Answer until told to stop; then finish what is under way, write what waits, and return."""
        from willbuy.service.erasing import Erasing
        from willbuy.service.starting import started

        metrics = self._metrics()
        first = self.asked is None or self.asked.number == 0
        with started(
            self.shop, self.keys, metrics, utc_now, self.run, self.allow_unproven, load, self.file, self.asked
        ) as state:
            current = state.holder.current
            if self.allow_unproven and first:
                run = current.run if current else None
                append(self.shop.home, utc_now(), self.actor, "serve_unproven", run=run)
            erasing = Erasing(state)
            server = self._server(state, metrics, erasing)
            model = f"run {current.run}" if current else "no model"
            if newer := state.holder.newer:
                model += f"; run {newer} is newer: willbuy promote {newer}"
            address = address_of(self.listener)
            self.listener.listen(BACKLOG)
            if first:
                erasing.go_on()
            said(address, f"willbuy serves {address} ({model}; {_who(self.keys)})")
            server.serve_at(self.listener)

    def _server(self, state: "State", metrics: "Metrics", erasing: "Erasing") -> "Running":
        from willbuy.service.app import create_app
        from willbuy.service.gate.gate import Gate
        from willbuy.service.gate.shared_rate import SharedRate
        from willbuy.service.observed import observe
        from willbuy.service.wire.running import make_server
        from willbuy.service.wire.watch import Watch

        serve, shared = self.shop.serve, self._shared()
        watch = Watch(Limits(connections=serve.connections))
        observe(metrics, state, watch)
        rate = None if shared is None else SharedRate(shared / "rate", serve.requests_per_minute)
        gate = Gate(
            create_app(state, erasing),
            self.keys,
            metrics,
            serve.requests_per_minute,
            is_local(serve.host),
            rate=rate,
        )
        server = make_server(gate, watch, [self.keys.refresh, metrics.tell])
        server.also(lambda: self._end_with_it(server))
        return server

    def _end_with_it(self, server: "Running") -> None:
        if self.life is not None and self.life.over:
            server.should_exit = True

    def _metrics(self) -> "Metrics":
        from willbuy.service.gate.metrics import Metrics
        from willbuy.service.gate.shared_counts import SharedCounts

        if self.asked is None:
            return Metrics()
        return Metrics(SharedCounts(self.asked.folder, self.asked.number))

    def _shared(self) -> Path | None:
        return None if self.asked is None else self.asked.folder


def _who(keys: Keys) -> str:
    if not keys.any:
        return "no keys: whoever is on this machine may ask"
    if keys.lost:
        return keys.lost
    return f"{keys.active} active key{'' if keys.active == 1 else 's'}"
