"""The true probability of a purchase in [anchor, anchor + horizon), for every visitor seen before the anchor.

It is the probability given how the shop works (the preset), the visitor's pace, the kind of the visitor's last visit and
the silence since that visit ended: the process's state, but for the fall of intent during the silence, which nobody can
see. While a visit is under way at the anchor, what is left of it counts as known. The derivation: docs/simulated-shop.md.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

from willbuy.events.simulation.block import Block
from willbuy.events.simulation.clock import ShopClock
from willbuy.events.simulation.items import Shelf
from willbuy.events.simulation.presets import BUY, STATES, Preset
from willbuy.events.simulation.visits import Walk

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DELAYS = 32
"""Into how many equal parts the time from a visit's beginning to its purchase is cut, each known by its mean."""


@dataclass
class Truth:
    """Visitors seen before an anchor, and their probability of at least one purchase within the horizon."""

    visitor: Ints
    probability: Floats


class Chain:
    """The matrices of one preset, a stack of one per pace, from intent to intent, per business day.

    `silent` generates intent while no visit comes; `unsold` while visits come and none of them is a purchase.
    """

    def __init__(self, preset: Preset) -> None:
        walk = Walk(preset, ShopClock(datetime(2015, 5, 4)), Shelf(2, 0.5, 0), np.random.default_rng(0))
        self.after = walk.after
        fall = np.diag(-walk.fall_rate) + np.diag(walk.fall_rate[1:], -1)
        self.silent = fall - walk.visit_rate[:, :, None] * np.eye(len(STATES))
        self.unsold = self.silent + walk.visit_rate[:, :, None] * (walk.outcome[:, :BUY] @ walk.after[:BUY])
        self.delays = walk.purchase_delays(DELAYS)

    def intent(self, pace: Ints, kind: Ints, silence: Floats) -> Floats:
        """Probabilities of the intents, a row each: after a visit of `kind` and `silence` business days without any."""
        likely = np.empty((len(pace), len(STATES)))
        for number, generator in enumerate(self.silent):
            rows = np.flatnonzero(pace == number)
            values, vectors = np.linalg.eig(generator)
            start = (self.after @ vectors)[kind[rows]]
            likely[rows] = (start * np.exp(values * silence[rows, None])) @ np.linalg.inv(vectors)
        likely = np.maximum(likely, 0.0)
        found: Floats = likely / likely.sum(axis=1, keepdims=True)
        return found

    def survival(self, spans: Floats) -> Floats:
        """Probability, by pace and intent, that no visit with a purchase begins within a span: the mean over `spans`."""
        found: Floats = expm(self.unsold * spans[:, None, None, None]).sum(axis=-1).mean(axis=0)
        return found


def truth_at(block: Block, chain: Chain, clock: ShopClock, anchor: float, horizon: float) -> Truth:
    """The truth at `anchor` for a block's visitors that were seen before it. Both times are real days from the start."""
    visits = block.visits
    past = np.flatnonzero(visits.start < anchor)
    changes = visits.visitor[past][1:] != visits.visitor[past][:-1]
    last = past[np.append(changes, np.ones(min(1, len(past)), bool))]
    pace, kind, ended = visits.pace[last], visits.kind[last], visits.start[last] + visits.length[last]
    silence = clock.business(anchor) - clock.business(ended)
    intent = chain.intent(pace, kind, np.maximum(silence, 0.0))
    until = anchor + horizon
    unsold = (intent * chain.survival(_spans(clock, chain, anchor, until))[pace]).sum(axis=1)
    for row in np.flatnonzero(ended >= anchor):  # a visit is under way: the watch begins when it ends
        unsold[row] = intent[row] @ chain.survival(_spans(clock, chain, float(ended[row]), until))[pace[row]]
    unsold[(kind == BUY) & (ended >= anchor) & (ended < until)] = 0.0
    bots = block.bots[block.bots_since < anchor]
    probability = np.concatenate([np.clip(1.0 - unsold, 0.0, 1.0), np.zeros(len(bots))])
    return Truth(np.concatenate([visits.visitor[last], bots]), probability)


def _spans(clock: ShopClock, chain: Chain, since: float, until: float) -> Floats:
    """Business days in which a visit must begin for its purchase to come before `until`, for each delay."""
    return clock.business(np.maximum(until - chain.delays, since)) - clock.business(since)
