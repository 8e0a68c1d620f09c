"""Taking rows out of a log that lies in files: bronze, then silver, then the counts; readers go on meanwhile."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import duckdb

from willbuy.events import presets
from willbuy.events.sweeping import drop_unfinished, one_at_a_time
from willbuy.privacy.account import settle
from willbuy.privacy.bronze import erase_from_parts, expire_from_part
from willbuy.privacy.engines import MOST_WORKERS, Engines, in_parallel
from willbuy.privacy.plan import Plan
from willbuy.privacy.silver import erase_from_silver, expire_from_silver, keys_of
from willbuy.shop import Shop
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import Ledger, Part, SourceRow


def erase_from_files(shop: Shop, plan: Plan, engines: Engines, patience: float) -> tuple[Plan, int, int]:
    """Erase an entity; returns the plan with its keys, the lines and the events that are gone.

    What no finished ingest has made visible is removed whole. An ingest that is at work is waited for, `patience` seconds.
    """
    layout = Layout(shop.home)
    if not layout.ledger.exists():
        return plan, 0, 0
    with one_at_a_time(layout, patience), Ledger(layout.ledger) as ledger:
        plan = _with_keys(engines(), shop.home, plan)
        drop_unfinished(layout, ledger)
        raw = _erase_bronze(shop, layout.home, ledger, engines, plan.entity)
        events = erase_from_silver(engines(), layout.home, plan.entity)
        settle(engines(), layout, ledger)
    return plan, raw, events


def expire_in_files(shop: Shop, limit: datetime, engines: Engines) -> tuple[int, int]:
    """Take out what happened before a moment (naive UTC); returns the lines of bronze and the events of silver that are gone."""
    layout = Layout(shop.home)
    if not layout.ledger.exists():
        return 0, 0
    source, home = presets.resolve(shop.source), layout.home
    with one_at_a_time(layout), Ledger(layout.ledger) as ledger:
        drop_unfinished(layout, ledger)
        rows = [(row, part) for row in ledger.kept_sources() for part in ledger.parts(row.source)]

        def work(row: SourceRow, part: Part) -> int:
            return expire_from_part(engines(), home, source, row, part, limit)

        raw = in_parallel(partial(work, row, part) for row, part in rows)
        events = expire_from_silver(engines(), home, limit)
        settle(engines(), layout, ledger)
    return raw, events


def _with_keys(engine: duckdb.DuckDBPyConnection, home: Path, plan: Plan) -> Plan:
    """The plan with the entity's keys, written down before silver forgets them: snapshots know only keys."""
    keys = sorted({*plan.keys, *keys_of(engine, home, plan.entity)})
    plan = replace(plan, keys=tuple(keys))
    plan.write(home)
    return plan


def _erase_bronze(shop: Shop, home: Path, ledger: Ledger, engines: Engines, entity: str) -> int:
    source = presets.resolve(shop.source)

    def work(row: SourceRow, parts: Sequence[Part]) -> int:
        return erase_from_parts(engines(), home, source, row, parts, entity)

    rows = [(row, ledger.parts(row.source)) for row in ledger.kept_sources()]
    return in_parallel(
        partial(work, row, parts[at::MOST_WORKERS]) for row, parts in rows for at in range(MOST_WORKERS)
    )
