"""Visits laid out as the rows of the log."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from willbuy.events.simulation.items import Shelf
from willbuy.events.simulation.presets import BUY, Preset
from willbuy.events.simulation.visits import Visits

Ints = NDArray[np.int64]
NAMES = ("view", "addtocart", "transaction")
VIEW, CART, TRANSACTION = range(3)
DAY_MS = 86_400_000.0


@dataclass
class Events:
    """Rows of the log, a column an array; `at` is milliseconds since the log's start, `order` breaks ties."""

    at: Ints
    visitor: Ints
    order: Ints
    event: Ints
    item: Ints
    transaction: Ints  # -1: none


def within(counts: Ints) -> Ints:
    """0, 1, ... within each group.

    >>> within(np.array([2, 0, 3])).tolist()
    [0, 1, 0, 1, 2]
    """
    return np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)


def lay_out(
    visits: Visits, preset: Preset, shelf: Shelf, rng: np.random.Generator, first_transaction: int
) -> Events:
    """Every visit's views, then its carts among and after them, then its purchase: in that order, in time."""
    carts = (visits.cart_after >= 0).astype(np.int64)
    bought = visits.kind == BUY
    before = visits.views + carts + visits.more
    counts = before + np.where(bought, 1 + visits.more, 0)
    offset = np.cumsum(counts) - counts
    rows = int(counts.sum())
    event, item = np.zeros(rows, np.int64), np.zeros(rows, np.int64)

    view_of, view = np.repeat(np.arange(len(counts)), visits.views), within(visits.views)
    place = offset[view_of] + view + ((visits.cart_after[view_of] >= 0) & (view > visits.cart_after[view_of]))
    share = np.array([content.wanted for content in preset.content])[visits.kind]
    wanted = (view == np.maximum(visits.cart_after[view_of], 0)) | (rng.random(len(view)) < share[view_of])
    item[place] = np.where(wanted, visits.item[view_of], shelf.draw(rng, len(view)))

    carting = np.flatnonzero(carts)
    place = offset[carting] + visits.cart_after[carting] + 1
    event[place], item[place] = CART, visits.item[carting]

    more_of, number = np.repeat(np.arange(len(counts)), visits.more), within(visits.more)
    also = (visits.item[more_of] + 1 + number) % shelf.items
    place = offset[more_of] + (visits.views + carts)[more_of] + number
    event[place], item[place] = CART, also
    sold = bought[more_of]
    place = (offset[more_of] + before[more_of] + 1 + number)[sold]
    event[place], item[place] = TRANSACTION, also[sold]

    buying = np.flatnonzero(bought)
    place = offset[buying] + before[buying]
    event[place], item[place] = TRANSACTION, visits.item[buying]
    receipt = np.full(len(counts), -1)
    receipt[buying] = first_transaction + np.arange(len(buying))

    of = np.repeat(np.arange(len(counts)), counts)
    at = np.floor((visits.start[of] + _elapsed(visits, before, counts, rng)) * DAY_MS).astype(np.int64)
    transaction = np.where(event == TRANSACTION, receipt[of], -1)
    return Events(at, visits.visitor[of], np.arange(rows), event, shelf.names(item), transaction)


def _elapsed(visits: Visits, before: Ints, counts: Ints, rng: np.random.Generator) -> NDArray[np.float64]:
    """Days from the visit's first event: exponential gaps scaled to its length; the lines of a purchase are one moment."""
    number = within(counts)
    gaps = np.where(
        (number > 0) & (number <= np.repeat(before, counts)), rng.standard_exponential(len(number)), 0.0
    )
    running = np.cumsum(gaps)
    last = np.cumsum(counts) - 1
    base = np.repeat(running[last - counts + 1], counts)
    total = np.repeat(running[last], counts) - base
    elapsed: NDArray[np.float64] = (
        (running - base) / np.where(total > 0, total, 1.0) * np.repeat(visits.length, counts)
    )
    return elapsed
