"""`GET /visitors/{id}/score`, `GET /visitors/{id}`, `DELETE /visitors/{id}`."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.concurrency import run_in_threadpool

from willbuy.errors import StoreAway, StoreDead, StoreError, StoreFull, WillbuyError
from willbuy.moments import parse_moment
from willbuy.service.answers import MOST_REASONS
from willbuy.service.entities import Entities
from willbuy.service.erasing import Erasing
from willbuy.service.fields import checked_id
from willbuy.service.models import Current
from willbuy.service.state import State
from willbuy.service.visitors import Visitors, shown
from willbuy.service.wire.asking import answer, query_of, refuse, whole
from willbuy.service.wire.errors import Refusal, away, busy
from willbuy.store.faults import FULL

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from willbuy.store import LiveStore

SCORE = "/visitors/{id}/score"
VISITOR = "/visitors/{id}"
MOST_SHOWN = 1_000
_encode = msgspec.json.Encoder().encode


class Score:
    """Answers about one visitor."""

    def __init__(self, state: State, current: Callable[[], Current], visitors: Visitors) -> None:
        self._state, self._current, self._visitors = state, current, visitors
        self._query = {
            "reasons": whole(0, MOST_REASONS),
            "explain": _explain,
            "as_of": lambda text: moment_of(text, state),
        }

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Read, score, log, answer."""
        try:
            asked = query_of(scope, self._query)
            visitor = visitor_of(scope)
            moment = asked.pop("as_of", None) or self._state.clock()
            seen = (await self._visitors.seen((visitor,), moment))[visitor]
            found = self._visitors.score(self._current(), visitor, seen, moment, SCORE, **asked)
        except Refusal as refusal:
            await refuse(send, refusal)
        except StoreError:
            await refuse(send, away())
        else:
            await answer(send, _encode(found))


class Visitor:
    """Shows what is stored of a visitor, or erases it."""

    def __init__(self, state: State, store: "LiveStore", visitors: Visitors, erasing: Erasing) -> None:
        self._entities, self._store, self._id_name = Entities(state), store, visitors.id_name
        self._erasing = erasing

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer GET and DELETE."""
        try:
            visitor = visitor_of(scope)
            if scope["method"] == "DELETE":
                query_of(scope, {})
                await self._erasing.erase(visitor, _who(scope))
                await answer(send, _encode({"erased": "live", "rest": "under way"}), 202)
            else:
                limit = query_of(scope, {"limit": whole(0, MOST_SHOWN)}).get("limit", 100)
                await answer(send, _encode(await run_in_threadpool(self._stored, visitor, limit)))
        except Refusal as refusal:
            await refuse(send, refusal)
        except (StoreFull, OSError) as error:
            if isinstance(error, OSError) and error.errno not in FULL:
                raise
            message = (
                "there is no room to write the erasure down, so it has not begun or not ended: ask again"
            )
            await refuse(send, busy("disk_full", message, 5, 507))
        except StoreAway:
            await refuse(send, away())
        except StoreDead:
            await refuse(
                send, busy("store_dead", "nothing can be erased until the service is started anew", 30)
            )
        except StoreError:
            await refuse(send, busy("store_busy", "the store cannot erase at this moment: ask again", 5))

    def _stored(self, visitor: str, limit: int) -> dict[str, Any]:
        stored = self._store.events(self._entities.asked(visitor))
        if not stored:
            raise Refusal(404, "unknown_visitor", "nothing is known of this visitor")
        events = sorted(stored, key=lambda one: one.event.time)
        newest = events[max(0, len(events) - limit) :] if limit else []
        return {
            self._id_name: visitor,
            "total": len(events),
            "live": sum(one.live for one in events),
            "first": f"{events[0].event.time.isoformat()}Z",
            "last": f"{events[-1].event.time.isoformat()}Z",
            "events": [shown(one.event) for one in newest],
        }


def visitor_of(scope: "Scope") -> str:
    """The id in the path. Raises Refusal 422 where it can be none."""
    return str(checked_id("id", scope["path_params"]["id"]))


def moment_of(text: str, state: State) -> datetime:
    """The moment of `as_of`, naive UTC; a plus that came unescaped, and so as a blank, is taken for what it was."""
    head, blank, offset = text.rpartition(" ")
    if blank and "T" in head and len(offset) in (4, 5):
        text = f"{head}+{offset}"
    try:
        moment = parse_moment(text[:40], state.shop)
    except (WillbuyError, ValueError, OverflowError):
        raise ValueError("a moment such as 2015-09-01 or 2015-09-01T12:00Z") from None
    if moment > state.clock():
        raise ValueError("a moment that is not in the future")
    return moment


def _who(scope: "Scope") -> str:
    """Who asks, for the audit log: the name of the key, where one was asked for."""
    key = scope.get("state", {}).get("key")
    return "service" if key is None else f"key {key}"


def _explain(text: str) -> bool:
    if text != "events":
        raise ValueError("events")
    return True
