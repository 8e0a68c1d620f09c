"""Erase a visitor everywhere: the log, the tables made of it, runs, the service's store and its log of answers.

    plan -> list of erased ones -> live store, answers -> bronze -> silver -> counts -> runs -> audit line -> plan removed

From the second step on, nothing new of the visitor is kept. Every step may be done again, so whatever stops an erasure,
`finish` ends it. Readers go on meanwhile: a file is replaced whole, under its name; on a server bronze, silver and counts are
one transaction.
"""

import time
from datetime import datetime

from willbuy import audit
from willbuy.errors import StoreError, WillbuyError
from willbuy.events.disk import explain_full_disk
from willbuy.hashed_ids import Suppression
from willbuy.privacy.engines import Engines, some_engines
from willbuy.privacy.erased import Erased
from willbuy.privacy.log_in_files import erase_from_files
from willbuy.privacy.of_runs import erase_examples, erase_left_work, erase_predictions, erase_snapshots
from willbuy.privacy.plan import Plan, pending
from willbuy.privacy.reach import check_reach
from willbuy.shop import Shop
from willbuy.shop.common import Common
from willbuy.store.opening import erase_live, on_server, open_answers

PATIENCE = 3600.0
"""Seconds that an erasure waits for an ingest that is at work."""


class StillServed(WillbuyError):
    """A store has not been erased from, by a running service in time or at all: all else is erased, and the erasure goes on."""


def erase(shop: Common, entity: str, moment: datetime, actor: str, live: bool = True) -> Erased:
    """Erase an entity, given as it is stored (`entity_of`), at a moment (naive UTC); return what is gone.

    `live = False` leaves the service's own store to the service. Raises StillServed where a running service
    does not come to it in time, with all else erased: the next command looks again. Raises EngineError, with nothing
    done, where the log lies where it cannot be erased from.
    """
    check_reach(shop, "erase")
    plan = Plan(entity, actor, live)
    plan.write(shop.home)
    return _carry_out(shop, plan, moment)


def finish(shop: Common, moment: datetime) -> list[Erased]:
    """End the erasures that something has stopped. Returns what is gone, for each; mostly there are none.

    One that cannot be ended stops no other. Raises its error then; StillServed only where there is no worse one.
    """
    ended: list[Erased] = []
    stopped: list[WillbuyError] = []
    for plan in pending(shop.home):
        try:
            ended.append(_carry_out(shop, plan, moment))
        except WillbuyError as error:
            stopped.append(error)
    if stopped:
        raise min(stopped, key=lambda error: isinstance(error, StillServed))
    return ended


def _carry_out(shop: Common, plan: Plan, moment: datetime) -> Erased:
    started = time.monotonic()
    Suppression(shop.home).add(plan.entity)
    held = _erase_live(shop, plan.entity) if plan.live else None
    answers = open_answers(shop).erase(plan.entity)
    with explain_full_disk(shop.home), some_engines(shop) as engines:
        plan, raw, events = _erase_log(shop, plan, engines)
        snapshots = erase_snapshots(engines(), shop.home, plan.keys)
        predictions = erase_predictions(engines(), shop.home, plan.entity)
    erase_examples(shop.home, plan.entity)
    erase_left_work(shop.home)
    seconds = time.monotonic() - started
    erased = Erased(events, raw, snapshots, predictions, answers, held is None, seconds)
    if held:
        raise StillServed(f"all but the live store is erased: {held} To end it, run: willbuy erase") from held
    audit.append(shop.home, moment, plan.actor, "erase", rows=erased.rows)
    plan.remove(shop.home)
    return erased


def _erase_live(shop: Common, entity: str) -> StoreError | None:
    """Erase from the service's store, by the service where one runs; the error where it has not done so in time."""
    try:
        erase_live(shop, entity)
    except StoreError as error:
        return error
    return None


def _erase_log(shop: Common, plan: Plan, engines: Engines) -> tuple[Plan, int, int]:
    """Erase from the log, wherever it lies; returns the plan with the keys that snapshots know, lines, and events."""
    if not isinstance(shop, Shop):
        return plan, 0, 0
    if on_server(shop):
        from willbuy.privacy.log_on_server import erase_on_server

        return erase_on_server(shop, plan, engines, PATIENCE)
    return erase_from_files(shop, plan, engines, PATIENCE)
