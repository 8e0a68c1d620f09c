"""A visitor's score: the features of its own events up to a moment, by the same declarations as in training."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from starlette.concurrency import run_in_threadpool

from willbuy.errors import StoreError
from willbuy.features.feature_set import FeatureSet
from willbuy.features.live import Evaluator
from willbuy.features.local_time import microseconds
from willbuy.features.population import population_of, session_population_of
from willbuy.fitted import horizon_in_days
from willbuy.fitted_live import with_fitted
from willbuy.models.rows import Floats
from willbuy.service.answers import prediction, said
from willbuy.service.entities import Entities
from willbuy.service.logged import Logged
from willbuy.service.models import Current, id_name
from willbuy.service.state import State
from willbuy.service.wire.errors import Refusal, away, busy
from willbuy.shop import Shop

if TYPE_CHECKING:
    from willbuy.features.live import Event, Timeline
    from willbuy.service.serving import Serving
    from willbuy.store import LiveStore
    from willbuy.store.facts import FactsAt
    from willbuy.store.interface import Seen

MOST_EXPLAINED = 1_000
MICROSECOND = timedelta(microseconds=1)


class Known(NamedTuple):
    """What was known of a visitor at a moment: its timeline, the events that count, whether a visit was in progress."""

    timeline: "Timeline"
    events: "Sequence[Event]"
    running: bool


class Asks(NamedTuple):
    """What a model's features ask for: facts about items or not, and the rule of the population, None where all are in it."""

    features: FeatureSet | None
    facts: bool
    population: Evaluator | None


class Visitors:
    """Scores visitors of a shop's log."""

    def __init__(self, state: State, store: "LiveStore", logged: Logged) -> None:
        if not isinstance(state.shop, Shop):
            raise ValueError("visitors are of a log")
        self._shop, self._store, self._logged, self._state = state.shop, store, logged, state
        self._entities, self.id_name = Entities(state), id_name(state.shop)
        self._session = state.shop.target.within == "session"
        self._horizon = 0.0 if self._session else horizon_in_days(state.shop)
        self._asks = Asks(None, False, None)

    async def seen(
        self, visitors: Iterable[str], moment: datetime, *, cleaned: bool = False
    ) -> dict[str, "Seen"]:
        """What is known of visitors, for their scores at a moment that has passed. Raises Refusal 503 where nobody can say now.

        Where it is not in memory it is read by another thread: some visitors have done much.
        """
        named = self._entities.stored if cleaned else self._entities.asked
        entities = {visitor: named(visitor) for visitor in visitors}
        read = partial(self._store.seen, list(entities.values()), moment)
        try:
            if all(map(self._store.kept, entities.values())):
                found = read()
            else:
                found = await run_in_threadpool(read)
        except StoreError:
            raise away() from None
        return {visitor: found[entity] for visitor, entity in entities.items()}

    def score(
        self,
        current: Current,
        visitor: str,
        seen: "Seen",
        moment: datetime,
        route: str,
        *,
        reasons: int | None = None,
        explain: bool = False,
        cleaned: bool = False,
    ) -> dict[str, Any]:
        """The answer about a visitor at a moment (naive UTC), or right before the first of its events that is not yet synced.

        `seen` is what `seen` found. Raises Refusal 404 where nothing was known of it then.
        `cleaned` says that the id lost its ending already, as that of an event that was read has.
        """
        serving = current.serving
        entity = self._entities.stored(visitor) if cleaned else self._entities.asked(visitor)
        if seen.waiting is not None:
            moment = min(moment, seen.waiting - MICROSECOND)
        known = self.known(serving, seen.timeline, moment)
        row = self._row(serving, known.timeline, moment)
        log_odds, probability = serving.one(row)
        found = prediction(serving, self.id_name, visitor, probability)
        found["as_of"] = f"{moment.isoformat()}Z"
        found["in_population"] = self._asked_about(serving, known, moment)
        found["events"] = len(known.events)
        if reasons is not None:
            found["reasons"] = said(serving.reasons(row, reasons))
        if explain:
            found["events_used"] = [shown(event) for event in known.events[-MOST_EXPLAINED:]]
        self._logged.put(
            serving,
            route,
            entity,
            row,
            log_odds,
            probability,
            as_of=moment,
            stored=True,
            again=lambda shadow: self._row(shadow, known.timeline, moment),
        )
        return found

    def known(self, serving: "Serving", timeline: "Timeline", moment: datetime) -> Known:
        """What was known of an entity at a moment, by its timeline."""
        features, at = serving.features, microseconds(moment)
        if features is None:
            raise Refusal(503, "no_features", "the model in service reads no features of a log")
        if not len(timeline):
            raise Refusal(404, "unknown_visitor", "nothing is known of this visitor")
        visible = timeline.known_at(at)
        number = bisect_left(visible.times, at)
        if not number:
            raise Refusal(404, "unknown_then", "nothing was known of this visitor at that moment")
        running = at - visible.times[number - 1] < features.sessions.gap.microseconds
        if self._session and not running:
            raise Refusal(404, "no_session", "no visit of this visitor is in progress at that moment")
        return Known(timeline, visible.events[:number], running)

    def _row(self, serving: "Serving", timeline: "Timeline", moment: datetime) -> Floats:
        features, evaluator = serving.features, serving.evaluator
        if features is None or evaluator is None:
            raise Refusal(503, "no_features", "the model in service reads no features of a log")
        facts = self._facts(features, moment) if self._asked(features).facts else None
        values = evaluator.values(timeline, moment, facts)
        if features.names != serving.names:
            values = with_fitted(serving.names, features.names, values, self._store.fitted, self._horizon)
        return np.array(values, dtype=np.float64)

    def _facts(self, features: FeatureSet, moment: datetime) -> "FactsAt":
        """What is known of items. A model of another time zone that is about to answer counts them by its own days already."""
        facts = self._store.facts(moment)
        if facts.local != features.clock:
            raise busy("model_changes", "another model is being put into service: ask again in a moment")
        return facts

    def _asked_about(self, serving: "Serving", known: Known, moment: datetime) -> bool:
        """Whether the visitor is one of those that the model was trained for, by what was known then."""
        if self._session and not known.running:
            return False
        evaluator = self._asked(serving.features).population
        return evaluator is None or bool(evaluator.values(known.timeline, moment)[0])

    def _asked(self, features: FeatureSet | None) -> Asks:
        """What these features ask for: found out once for each model."""
        if features is None or features is self._asks.features:
            return self._asks
        rule = session_population_of(self._shop) if self._session else population_of(self._shop)
        by_rule = None if rule is None else Evaluator(FeatureSet((rule,), features.clock, features.sessions))
        self._asks = Asks(features, bool(features.facts), by_rule)
        return self._asks


def shown(event: "Event") -> dict[str, Any]:
    """An event as it is told: what it is, when it happened, and when it became known. Prices are in minor units."""
    found = {
        "time": f"{event.time.isoformat()}Z",
        "kind": event.kind,
        "item": event.item,
        "category": event.category,
        "price": event.price,
        "quantity": event.quantity,
        "session": event.session,
        "received": None if event.received is None else f"{event.received.isoformat()}Z",
    }
    return {name: value for name, value in found.items() if value is not None}
