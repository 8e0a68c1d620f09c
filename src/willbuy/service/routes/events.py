"""`POST /events`: one event or up to 1,000, on disk before they are acknowledged, each counted once."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from willbuy.errors import StoreAway, StoreDead, StoreError, StoreFull
from willbuy.service.acks import Acks
from willbuy.service.models import Current
from willbuy.service.sent_events import LIST, Rejected, Sent, SentReader, events_of, idempotency_key
from willbuy.service.state import State
from willbuy.service.visitors import Visitors
from willbuy.service.wire.asking import answer, body_of, flag, query_of, refuse
from willbuy.service.wire.errors import Refusal, away, busy
from willbuy.store import Outcome
from willbuy.store.interface import Seen

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

PATH = "/events"
SLICE_BYTES = 16 << 10  # of events that are read before others have their turn
MOST_SCORED = 100
SHOWN = 5  # refused events that an error tells of
_encode = msgspec.json.Encoder().encode
MICROSECOND = timedelta(microseconds=1)


class Events:
    """Takes events."""

    def __init__(self, state: State, current: Callable[[], Current], visitors: Visitors) -> None:
        if state.store is None or state.reader is None:
            raise ValueError("events need a store and a reader")
        self._state, self._current, self._visitors = state, current, visitors
        self._reader, self._acks = SentReader(state, state.reader), Acks(state.store)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Read, store, wait for the disk, answer."""
        try:
            score = query_of(scope, {"score": flag}).get("score", False)
            if score and "read" not in scope.get("state", {}).get("scopes", ("read",)):
                raise Refusal(403, "scope", "this key lacks the scope read, which score=true needs")
            key = idempotency_key(scope["headers"])
            said = await self._take(await body_of(receive), key, score)
        except Refusal as refusal:
            await refuse(send, refusal)
        else:
            await answer(send, _encode(said), 202)

    async def _take(self, body: bytes, key: str | None, score: bool) -> dict[str, Any]:
        received = self._state.clock()
        sent, rejected = await self._read(body, received, key)
        if (
            len(body) >= SLICE_BYTES
        ):  # others had their turn meanwhile, and may have been answered without these
            received = self._state.clock()
            sent = [one.received(received) for one in sent]
        outcomes = await self._store(sent)
        rejected += [
            _unstorable(one.place)
            for one, became in zip(sent, outcomes, strict=True)
            if became is Outcome.REFUSED
        ]
        said = self._said(sent, outcomes, rejected)
        self._count(outcomes, len(rejected))
        if not set(outcomes) & {Outcome.STORED, Outcome.DUPLICATE, Outcome.SUPPRESSED}:
            raise _none_taken(said)
        if score:
            known = [
                one
                for one, became in zip(sent, outcomes, strict=True)
                if became in (Outcome.STORED, Outcome.DUPLICATE)
            ]
            newest = _newest(known, received)
            said["scores"] = await self._scores(newest)
        return said

    async def _read(
        self, body: bytes, received: datetime, key: str | None
    ) -> tuple[list[Sent], list[Rejected]]:
        parts = list(events_of(body))
        if not parts:
            raise Refusal(422, "no_events", "the list is empty; expected 1 to 1,000 events", field=LIST)
        alone = len(parts) == 1 and parts[0] is body
        read: list[Sent | Rejected] = []
        size = 0
        for place, part in enumerate(parts):
            read.append(self._reader.read(place, part, received, key, alone))
            size += len(part)
            if size >= SLICE_BYTES:
                await asyncio.sleep(0)
                size = 0
        return [one for one in read if isinstance(one, Sent)], [
            one for one in read if isinstance(one, Rejected)
        ]

    async def _store(self, sent: Sequence[Sent]) -> list[Outcome]:
        if not sent:
            return []
        try:
            return await self._acks.stored([one.arrival for one in sent])
        except StoreFull:
            raise busy(
                "disk_full", "there is no room for events: send them again, with the same ids", 5, 507
            ) from None
        except StoreDead:
            raise busy(
                "store_dead", "events cannot be stored until the service is started anew", 30
            ) from None
        except StoreAway:
            raise away() from None
        except StoreError:
            raise busy(
                "store_busy", "too many events wait to be stored: send them again, with the same ids"
            ) from None

    def _said(
        self, sent: Sequence[Sent], outcomes: Sequence[Outcome], rejected: Sequence[Rejected]
    ) -> dict[str, Any]:
        counts = Counter(outcomes)
        conflicts = [
            one.place for one, became in zip(sent, outcomes, strict=True) if became is Outcome.CONFLICT
        ]
        return {
            "accepted": counts[Outcome.STORED],
            "duplicates": counts[Outcome.DUPLICATE],
            "suppressed": counts[Outcome.SUPPRESSED],
            "conflicts": conflicts,
            "rejected": [one.said() for one in sorted(rejected)],
            "ignored": sorted({name for one in sent for name in one.ignored})[:20],
        }

    def _count(self, outcomes: Sequence[Outcome], rejected: int) -> None:
        if self._state.metrics is None:
            return
        for outcome, number in Counter(outcomes).items():
            if outcome is not Outcome.REFUSED:
                self._state.metrics.event(outcome.value, number)
        if rejected:
            self._state.metrics.event("refused", rejected)

    async def _scores(self, newest: Mapping[str, datetime]) -> list[dict[str, Any]]:
        """The score of each visitor after the last of its events here, as training asks it: once that event was known.

        Who has none, such as a visitor whose visit is over, is left out: the events are stored, and have to be acknowledged.
        """
        found: list[dict[str, Any]] = []
        seen: dict[str, Seen] = {}
        with suppress(Refusal):
            newest_of_all = max(newest.values(), default=self._state.clock())
            seen = await self._visitors.seen(newest, newest_of_all + MICROSECOND, cleaned=True)
        for visitor, known in seen.items():
            with suppress(Refusal, StoreError):
                asked = self._current(), visitor, known, newest[visitor] + MICROSECOND, PATH
                found.append(self._visitors.score(*asked, cleaned=True))
        return found


def _newest(known: Sequence[Sent], received: datetime) -> dict[str, datetime]:
    """The first visitors of a request, each with the moment at which the last of its events here had happened and was known."""
    newest: dict[str, datetime] = {}
    for one in known:
        newest[one.visitor] = max(newest.get(one.visitor, received), one.arrival.event.time)
    return dict(islice(newest.items(), MOST_SCORED))


def _unstorable(place: int) -> Rejected:
    return Rejected(place, "unstorable", "row", "the event holds a text or a number that cannot be stored")


def _none_taken(said: dict[str, Any]) -> Refusal:
    """Every event was refused, or is another under an id that was used: the error of the first, and how many."""
    rejected, conflicts = said["rejected"], said["conflicts"]
    if not rejected:
        message = (
            "the event id belongs to another event; nothing was changed. Send an event with an id of its own"
        )
        return Refusal(409, "conflict", message, field="event_id", conflicts=len(conflicts))
    first = rejected[0]
    status = 400 if all(one["code"] == "bad_json" for one in rejected) and not conflicts else 422
    shown = [{name: one[name] for name in ("index", "code", "field")} for one in rejected[:SHOWN]]
    return Refusal(
        status,
        first["code"],
        first["message"],
        field=first["field"] if status == 422 else None,
        refused=len(rejected),
        conflicts=len(conflicts),
        first=shown,
    )
