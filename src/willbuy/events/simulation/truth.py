"""The true probability of a purchase in [anchor, anchor + horizon), for every visitor seen before the anchor.

It is the probability given how the shop works (the preset), the visitor's pace, the kind of the visitor's last visit and
the silence since that visit ended: the process's state, but for the fall of intent during the silence, which nobody can
see. While a visit is under way at the anchor, what is left of it counts as known. The derivation: docs/simulated-shop.md.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

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
        # exp(unsold * span) @ 1, written as a sum of exponentials: parts @ exp(values * span)
        self._values, vectors = np.linalg.eig(self.unsold)
        self._parts = vectors * np.linalg.inv(vectors).sum(axis=2)[:, None, :]

    def intent(self, pace: Ints, kind: Ints, silence: Floats) -> Floats:
        """Probabilities of the intents, a row each: after a visit of `kind` and `silence` business days without any."""
        likely = np.empty((len(pace), len(STATES)))
        for number, generator in enumerate(self.silent):
            rows = np.flatnonzero(pace == number)
            values, vectors = np.linalg.eig(generator)
            start = (self.after @ vectors)[kind[rows]]
            spread = (start * np.exp(values * silence[rows, None])) @ np.linalg.inv(vectors)
            likely[rows] = spread.real  # eig answers in complex numbers, always so from numpy 2.5 on
        likely = np.maximum(likely, 0.0)
        found: Floats = likely / likely.sum(axis=1, keepdims=True)
        return found

    def survival(self, pace: Ints, spans: Floats) -> Floats:
        """Probability, by intent, that no visit with a purchase begins within a span; the mean over the row's spans.

        `pace` has n entries, `spans` n rows of business days; the answer has n rows, a column for each intent.
        """
        decay = np.exp(self._values[pace][:, None, :] * spans[:, :, None]).mean(axis=1)
        found: Floats = np.einsum("nsk,nk->ns", self._parts[pace], decay).real
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
    paces = np.arange(len(chain.unsold))
    ahead = np.tile(_spans(clock, chain, np.array([anchor]), until), (len(paces), 1))
    unsold = (intent * chain.survival(paces, ahead)[pace]).sum(axis=1)
    under_way = ended >= anchor  # then the watch begins when the visit ends
    ahead = _spans(clock, chain, ended[under_way], until)
    unsold[under_way] = (intent[under_way] * chain.survival(pace[under_way], ahead)).sum(axis=1)
    unsold[under_way & (kind == BUY) & (ended < until)] = 0.0
    bots = block.bots[block.bots_since < anchor]
    probability = np.concatenate([np.clip(1.0 - unsold, 0.0, 1.0), np.zeros(len(bots))])
    return Truth(np.concatenate([visits.visitor[last], bots]), probability)


def _spans(clock: ShopClock, chain: Chain, since: Floats, until: float) -> Floats:
    """Business days in which a visit must begin for its purchase to come before `until`: a row for each `since`."""
    latest = np.maximum(until - chain.delays, since[:, None])
    return clock.business(latest) - clock.business(since)[:, None]
