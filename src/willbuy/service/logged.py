"""Every answer goes to the prediction log, with what it was made of; a shadow scores the same row there and nowhere else."""

import secrets
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

from willbuy.models.rows import Floats
from willbuy.service.state import State
from willbuy.store.predictions import Answer

if TYPE_CHECKING:
    from willbuy.service.serving import Serving

Put = Callable[["Serving", str, str | int | None, Floats, float, float], None]


def logger(state: State) -> Put:
    """What puts an answer into the log: (model, route, id, row, log-odds, probability). It never waits."""
    holder, log, clock, hasher = state.holder, state.log, state.clock, state.hasher
    prefix, numbers = secrets.token_hex(6), count(1)

    def put(
        serving: "Serving",
        route: str,
        entity: str | int | None,
        row: Floats,
        log_odds: float,
        probability: float,
    ) -> None:
        name = None if entity is None else str(entity)
        if name is not None and hasher is not None:
            name = hasher.hash(name)
        shadow, theirs = holder.shadow, None
        if shadow is not None:
            theirs = shadow.one(row)[1] if shadow.names == serving.names else None
        log.put(
            Answer(
                f"{prefix}-{next(numbers)}",
                name,
                route,
                serving.version,
                clock(),
                row.tobytes(),
                log_odds,
                probability,
                None if theirs is None or shadow is None else shadow.version,
                theirs,
            )
        )

    return put
