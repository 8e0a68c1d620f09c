"""Erase a visitor everywhere: the log, the tables made of it, runs, the service's store and its log of answers.

    plan -> list of erased ones -> live store, answers -> bronze -> silver -> counts -> runs -> audit line -> plan removed

From the second step on, nothing new of the visitor is kept. Every step may be done again, so whatever stops an erasure,
`finish` ends it. Readers go on meanwhile: a file is replaced whole, under its name.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import duckdb

from willbuy import audit
from willbuy.errors import StoreError, WillbuyError
from willbuy.events import presets
from willbuy.events.disk import explain_full_disk
from willbuy.events.sweeping import drop_unfinished, one_at_a_time
from willbuy.hashed_ids import Suppression
from willbuy.privacy.account import settle
from willbuy.privacy.bronze import erase_from_parts
from willbuy.privacy.engines import MOST_WORKERS, Engines, in_parallel, some_engines
from willbuy.privacy.erased import Erased
from willbuy.privacy.of_runs import erase_examples, erase_left_work, erase_predictions, erase_snapshots
from willbuy.privacy.plan import Plan, pending
from willbuy.privacy.reach import check_reach
from willbuy.privacy.silver import erase_from_silver, keys_of
from willbuy.shop import Shop
from willbuy.shop.common import Common
from willbuy.store.opening import erase_live, log_holds, on_server, open_answers
from willbuy.warehouse.lacking import LACKING
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import Ledger, Part, SourceRow

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
    if not on_server(shop):  # there what is live goes, and the log is looked at at the end
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
        engine = engines()
        raw = events = 0
        layout = Layout(shop.home)
        if isinstance(shop, Shop) and layout.ledger.exists():
            with one_at_a_time(layout, PATIENCE), Ledger(layout.ledger) as ledger:
                plan = _with_keys(engine, shop.home, plan)
                raw, events = _erase_log(shop, layout, ledger, engines, plan.entity)
        snapshots = erase_snapshots(engine, shop.home, plan.keys)
        predictions = erase_predictions(engine, shop.home, plan.entity)
    erase_examples(shop.home, plan.entity)
    erase_left_work(shop.home)
    seconds = time.monotonic() - started
    erased = Erased(events, raw, snapshots, predictions, answers, held is None, seconds)
    if log_holds(shop, plan.entity):
        raise StillServed(LACKING["erase", "postgres"])
    if held:
        raise StillServed(f"all but the live store is erased: {held} To end it, run: willbuy erase") from held
    audit.append(shop.home, moment, plan.actor, "erase", rows=erased.rows)
    plan.remove(shop.home)
    return erased


def _with_keys(engine: duckdb.DuckDBPyConnection, home: Path, plan: Plan) -> Plan:
    """The plan with the entity's keys, written down before silver forgets them: snapshots know only keys."""
    keys = sorted({*plan.keys, *keys_of(engine, home, plan.entity)})
    plan = replace(plan, keys=tuple(keys))
    plan.write(home)
    return plan


def _erase_live(shop: Common, entity: str) -> StoreError | None:
    """Erase from the service's store, by the service where one runs; the error where it has not done so in time."""
    try:
        erase_live(shop, entity)
    except StoreError as error:
        return error
    return None


def _erase_log(shop: Shop, layout: Layout, ledger: Ledger, engines: Engines, entity: str) -> tuple[int, int]:
    """Erase from bronze and silver; returns lines and events. What no finished ingest has made visible is removed whole."""
    drop_unfinished(layout, ledger)
    raw = _erase_bronze(shop, layout.home, ledger, engines, entity)
    events = erase_from_silver(engines(), layout.home, entity)
    settle(engines(), layout, ledger)
    return raw, events


def _erase_bronze(shop: Shop, home: Path, ledger: Ledger, engines: Engines, entity: str) -> int:
    source = presets.resolve(shop.source)

    def work(row: SourceRow, parts: Sequence[Part]) -> int:
        return erase_from_parts(engines(), home, source, row, parts, entity)

    rows = [(row, ledger.parts(row.source)) for row in ledger.kept_sources()]
    return in_parallel(
        partial(work, row, parts[at::MOST_WORKERS]) for row, parts in rows for at in range(MOST_WORKERS)
    )
