"""All numbers of a log's page, in the order in which it shows them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from willbuy.explore.log import (
    balance,
    bots,
    by_day,
    by_hour,
    conversion,
    features,
    funnel,
    kinds,
    returning,
    rows,
    tail,
)
from willbuy.explore.log.gather import gather
from willbuy.explore.log.tables import Question
from willbuy.explore.log.view import LogView
from willbuy.features.local_time import LocalTime
from willbuy.features.log import summarise
from willbuy.features.sessions import SessionRule
from willbuy.processes import is_another
from willbuy.shop import Shop
from willbuy.snapshots.steps import Progress
from willbuy.warehouse import open_warehouse
from willbuy.warehouse.layout import Layout

IDEAS = (conversion, funnel, by_hour, by_day, tail, bots, returning)
"""The files that ask something of the events; what they ask is asked in one pass."""


def explore_log(shop: Shop, progress: Progress | None = None) -> dict[str, Any]:
    """Every number of a shop's page, with the sentences that they say; all of it is JSON.

    Raises WillbuyError where nothing was ingested, NotEnoughData where no event is there.
    """
    with closing(open_warehouse(shop)) as warehouse:
        log = summarise(warehouse)
        clock = LocalTime(shop.shop.zone)
        rule = SessionRule(shop.anchors.session_gap, own_ids="session" in log.fields)
        question = Question(
            log, rule, tuple(clock.offsets(log.first, log.last)), shop.target.kind, warehouse.dialect
        )
        asked = {name: tally for idea in IDEAS for name, tally in idea.TALLIES.items()}
        view = LogView(shop, log, clock, gather(warehouse, question, asked, progress))
        with _folder(shop) as folder:
            labels = balance.balance(warehouse, view, folder / "labels", progress)
            sample = features.features(warehouse, view, labels, folder / "features", progress)
        return {
            "of": "log",
            "shop": shop.shop.name,
            "log": _log(view),
            "funnel": funnel.funnel(view),
            "conversion": conversion.conversion(view),
            "by_hour": by_hour.by_hour(view),
            "by_day": by_day.by_day(view),
            "kinds": kinds.kinds(view),
            "tails": tail.tails(view),
            "bots": bots.bots(view),
            "returning": returning.returning(view),
            "gaps": returning.gaps(view),
            "balance": labels,
            "features": sample,
            "missing": rows.missing(warehouse, log.kinds),
            "rows": rows.rows_in(warehouse),
        }


@contextmanager
def _folder(shop: Shop) -> Iterator[Path]:
    """A folder for snapshots that nobody needs later, where the shop keeps what may be deleted."""
    temporary = Layout(shop.home).temporary
    temporary.mkdir(parents=True, exist_ok=True)
    for left in temporary.glob("explore-*"):  # of an exploration that was killed
        if not is_another(left.name.split("-")[1]):
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"explore-{os.getpid()}-", dir=temporary))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _log(view: LogView) -> dict[str, Any]:
    visitors, sessions = view.total("conversion")[:2]
    return {
        "events": view.log.events,
        "visitors": visitors,
        "sessions": sessions,
        "first": view.log.first.isoformat(),
        "last": view.log.last.isoformat(),
        "zone": view.clock.zone,
        "session_gap": str(view.shop.anchors.session_gap),
        "own_sessions": "session" in view.log.fields,
        "goal": view.goal,
    }
