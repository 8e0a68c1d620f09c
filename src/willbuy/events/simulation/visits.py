"""The walk of visitors through the shop: when they come, and what each visit shows.

Between visits a visitor has an intent (presets.STATES) that only falls; the next thing to happen is a fall or a visit,
each after an exponential wait in business time. A visit draws its kind from the intent, and the intent after it from
its kind. So a visitor's future depends on the past only through the pace, the kind of the last visit and the silence
since it ended: what truth.py computes from.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from willbuy.events.simulation.clock import ShopClock
from willbuy.events.simulation.items import Shelf
from willbuy.events.simulation.presets import BUY, CHOICE, GONE, IDLE, LOOK, Preset

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
SECONDS = 86_400.0


@dataclass
class Visits:
    """One row a visit, a column an array: by visitor, then by time. `start` and `length` are real days."""

    visitor: Ints
    pace: Ints
    kind: Ints
    start: Floats
    length: Floats
    item: Ints  # rank of the wanted item
    views: Ints
    cart_after: Ints  # the wanted item is carted after this view (from 0); -1: not at all
    more: Ints  # further items carted with it

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Visits":
        """The rows asked for."""
        return Visits(*(getattr(self, field.name)[rows] for field in fields(self)))

    @staticmethod
    def join(parts: "list[Visits]") -> "Visits":
        """All parts under one another."""
        return Visits(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Visits)))


def choose(rng: np.random.Generator, table: Floats, rows: Ints) -> Ints:
    """Draw a column for each row number, by the table's probabilities."""
    limits = np.cumsum(table, axis=1)[:, :-1]
    column: Ints = (rng.random(len(rows))[:, None] >= limits[rows]).sum(axis=1)
    return column


class Walk:
    """Moves many visitors at once, one fall or visit of each in a round. `seen` collects the visits."""

    def __init__(self, preset: Preset, clock: ShopClock, shelf: Shelf, rng: np.random.Generator) -> None:
        self.preset, self.clock, self.shelf, self.rng = preset, clock, shelf, rng
        self.after = np.array(preset.after)
        self.outcome = np.array(preset.outcome)
        self.fall_rate = np.array(preset.fall_rate)
        factors = np.ones((len(preset.pace), 4))
        factors[:, IDLE] = [factor for _, factor in preset.pace]
        self.visit_rate = np.array(preset.visit_rate) * factors
        self._numbers = np.array([(c.views, c.more, c.cart, c.items) for c in preset.content])
        self.seen: list[Visits] = []

    def arrive(self, at: Floats, until: float) -> Visits:
        """Visitors 0, 1, ... make their first visit at `at` (business days), and live on until `until`."""
        n = len(at)
        self.wanted = np.zeros(n, np.int64)
        self.open = np.zeros(n, bool)
        pace = choose(self.rng, np.array([[share for share, _ in self.preset.pace]]), np.zeros(n, np.int64))
        kind = choose(self.rng, np.array([self.preset.arrive]), np.zeros(n, np.int64))
        who = np.arange(n)
        at = self._visit(who, pace, np.full(n, IDLE), kind, at)
        self.live(who, pace, choose(self.rng, self.after, kind), at, until)
        visits = Visits.join(self.seen)
        return visits.take(np.argsort(visits.visitor, kind="stable"))

    def live(self, who: Ints, pace: Ints, state: Ints, at: Floats, until: float) -> None:
        """Rounds of falls and visits, from the intents `state` at `at` until everybody is gone or `until` is past."""
        while True:
            rate = self.visit_rate[pace, state]
            total = rate + self.fall_rate[state]
            at = at + self.rng.standard_exponential(len(who)) / np.where(state == GONE, 1.0, total)
            comes = self.rng.random(len(who)) * total < rate
            here = (at < until) & (state != GONE)
            who, pace, state, at, comes = who[here], pace[here], state[here], at[here], comes[here]
            if not len(who):
                return
            state = np.where(comes, state, state - 1)
            if comes.any():
                before = state[comes]
                kind = choose(self.rng, self.outcome, before)
                at[comes] = self._visit(who[comes], pace[comes], before, kind, at[comes])
                state[comes] = choose(self.rng, self.after, kind)

    def purchase_delays(self, parts: int) -> Floats:
        """Days from the beginning of a visit to its purchase, as the means of equal parts of 64 draws each, ascending."""
        draws = 64 * parts
        length = self._content(np.full(draws, BUY), np.zeros(draws, bool))[3]
        found: Floats = np.sort(length).reshape(parts, -1).mean(axis=1)
        return found

    def _visit(self, who: Ints, pace: Ints, before: Ints, kind: Ints, at: Floats) -> Floats:
        """Note a visit each; return the business time of its end."""
        n = len(who)
        passing = kind < LOOK
        fresh = passing | (before == IDLE)
        item = np.where(fresh, self.shelf.draw(self.rng, n), self.wanted[who])
        open_cart = self.open[who] & ~fresh
        views, cart_after, more, length = self._content(kind, open_cart)
        start = self.clock.real(at)
        self.seen.append(Visits(who, pace, kind, start, length, item, views, cart_after, more))
        self.wanted[who] = np.where(passing, self.wanted[who], item)
        carted = (cart_after >= 0) & (kind <= CHOICE)
        self.open[who] = np.where(passing, self.open[who], (open_cart | carted) & (kind != BUY))
        return self.clock.business(start + length)

    def _content(self, kind: Ints, open_cart: NDArray[np.bool_]) -> tuple[Ints, Ints, Ints, Floats]:
        """Views, the view after which the cart comes, further items, and the visit's length in days."""
        rng, n, bought = self.rng, len(kind), kind == BUY
        least, more, cart, items = self._numbers[kind].T
        views = least.astype(np.int64) + rng.geometric(1.0 / (1.0 + more)) - 1
        carts = rng.random(n) < np.where(open_cart, np.minimum(cart, self.preset.cart_again), cart)
        cart_after = np.where(carts, (rng.random(n) * views).astype(np.int64), -1)
        further = np.where(carts | bought, rng.geometric(1.0 / (1.0 + items)) - 1, 0)
        gaps = (
            views - 1 + (carts | bought) + further + bought
        )  # a purchase takes as long with the item carted before
        pace = np.exp(rng.normal(0.0, self.preset.gap_spread, n)) * self.preset.gap_seconds
        return views, cart_after, further, rng.standard_gamma(gaps) * pace / SECONDS
