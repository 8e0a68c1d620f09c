"""What `/metrics` shows besides requests: the model, the store, the log and the connections, each read when the page is."""

from typing import TYPE_CHECKING

from willbuy.service.gate.metrics import Metrics
from willbuy.service.wire.watch import Watch

if TYPE_CHECKING:
    from willbuy.service.state import State


def observe(metrics: Metrics, state: "State", watch: Watch) -> None:
    """Give the metrics ways to read what a process holds."""
    metrics.closed = watch.closed
    metrics.watch("connections", "Connections held now.", lambda: watch.open)
    metrics.watch("keys_active", "API keys that are good now.", lambda: state.keys.active, join=max)
    _observe_model(metrics, state)
    _observe_log(metrics, state)
    if state.store is not None:
        _observe_store(metrics, state)


def _observe_model(metrics: Metrics, state: "State") -> None:
    holder = state.holder
    metrics.watch(
        "model_loaded", "1 where a model is in service.", lambda: holder.current is not None, join=min
    )
    metrics.watch("model_swaps", "Models taken into service.", lambda: holder.swaps, counter=True)
    metrics.watch(
        "model_swap_failures",
        "Models that could not be taken into service.",
        lambda: holder.faults,
        counter=True,
    )
    metrics.info("model", "The model in service, and the one in shadow.", lambda: _model(state))


def _model(state: "State") -> dict[str, str]:
    current, shadow = state.holder.current, state.holder.shadow
    return {
        "version": current.version if current else "",
        "run": current.run if current else "",
        "shadow_version": shadow.version if shadow else "",
        "shadow_run": shadow.run if shadow else "",
    }


def _observe_log(metrics: Metrics, state: "State") -> None:
    log = state.log
    metrics.watch("log_written", "Answers in the prediction log.", lambda: log.written, counter=True)
    metrics.watch("log_dropped", "Answers that the log had no room for.", lambda: log.dropped, counter=True)
    metrics.watch("log_queued", "Answers that wait to be logged.", lambda: log.queued)


def _observe_store(metrics: Metrics, state: "State") -> None:
    store = state.store
    if store is not None:
        metrics.watch("writer_alive", "1 while events can be stored.", lambda: not store.trouble, join=min)
        metrics.watch("events_waiting", "Events that wait to be stored.", lambda: store.waiting)
