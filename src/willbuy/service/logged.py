"""Every answer goes to the prediction log, with what it was made of, and is counted; a shadow scores it beside."""

import secrets
from datetime import datetime
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from willbuy.hashed_ids import Suppression
from willbuy.models.rows import Floats
from willbuy.service.entities import Entities
from willbuy.service.fields import Fields
from willbuy.service.models import fields_of
from willbuy.service.shadow import Again, Shadow
from willbuy.service.state import State
from willbuy.store.predictions import Answer

SHADOW_COUNTS = {
    "scored": "Answers that the model in shadow scored too.",
    "missing": "Answers for which the request did not carry what the model in shadow reads.",
    "faults": "Answers on which the model in shadow failed.",
    "dropped": "Answers that the model in shadow had no time for.",
}

if TYPE_CHECKING:
    from willbuy.service.gate.metrics import Metrics
    from willbuy.service.serving import Serving


class Logged:
    """Logs the answers of an app. It never waits; what the log cannot hold it counts itself."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._entities, self._erased = Entities(state), Suppression(state.shop.home)
        self._shadow = Shadow(state.holder, state.log)
        self._prefix, self._numbers = secrets.token_hex(6), count(1)
        self._fields: tuple[Serving | None, Fields | None] = None, None  # of the model in shadow
        self._named: Serving | None = None  # the model whose feature names the log was told last
        if state.metrics is not None:
            _observe(self._shadow, state.metrics)

    def put(
        self,
        serving: "Serving",
        route: str,
        entity: str | int | None,
        row: Floats,
        log_odds: float,
        probability: float,
        record: bytes | None = None,
        *,
        as_of: datetime | None = None,
        stored: bool = False,
        again: Again | None = None,
    ) -> None:
        """Log one answer: whom it is about, the row that the model read, what it said of it, and what was sent.

        `as_of` is the moment that the features are of, None where the request brought them. `stored` says that the entity is
        named as the store names it. A model in shadow that reads other features has its row made by `again`, or from `record`.
        """
        state = self._state
        if serving is not self._named:
            self._named = serving
            state.log.describe(serving.version, serving.names)
        name = entity if entity is None or stored else self._entities.asked(entity)
        if name is not None and self._erased.holds(str(name)):
            name = None  # a client may go on to ask about somebody who was erased
        number = f"{self._prefix}-{next(self._numbers)}"
        features = row.tobytes()
        answer = Answer(
            number,
            None if name is None else str(name),
            route,
            serving.version,
            state.clock(),
            features,
            log_odds,
            probability,
            as_of=as_of,
        )
        if state.holder.shadow is None:
            state.log.put(answer)
        else:
            self._shadow.put(answer, serving, row, again if record is None else self._again(record))
        if state.metrics is not None:
            state.metrics.scored(probability)

    def _again(self, record: bytes) -> Again:
        """The same record as another model reads it; its fields are made once."""

        def again(shadow: "Serving") -> Floats:
            known, fields = self._fields
            if known is not shadow or fields is None:
                fields = fields_of(self._state.shop, shadow)
                self._fields = shadow, fields
            return fields.read_body(record).row

        return again


def _observe(shadow: Shadow, metrics: "Metrics") -> None:
    for name, meaning in SHADOW_COUNTS.items():
        metrics.watch(f"shadow_{name}", meaning, partial(getattr, shadow, name), counter=True)
