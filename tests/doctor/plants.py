"""Leaks as people plant them without knowing: features whose SQL reads past the anchor, and columns that do the like."""

from dataclasses import dataclass

import numpy as np

from willbuy.doctor.case import Case
from willbuy.features.algebra import Feature
from willbuy.features.batch.query import Query, compiles


@dataclass(frozen=True)
class Planted(Feature):
    """A feature of a shop's own that counts events by a condition of its own. Without a key it joins no registry."""

    what: str

    @property
    def name(self) -> str:
        return self.what

    @property
    def meaning(self) -> str:
        return self.what


CONDITIONS = {
    "total_events": "TRUE",
    "session_total": 'abs(epoch_us(l."time") - epoch_us({at})) < 7200000000',
    "segment_of_buyers": "l.\"kind\" = 'purchase'",
    "events_same_day": 'CAST(l."time" AS DATE) = CAST({at} AS DATE)',
    "copy_with_noise": (
        'l."kind" = \'purchase\' AND l."time" >= {at} AND epoch_us(l."time") - epoch_us({at}) < 259200000000'
        ' OR l."line" % 5 = 0 AND l."time" < {at}'
    ),
}


@compiles(Planted)
def planted(feature: Planted, query: Query) -> str:
    """A subquery on the whole log, where an honest recipe asks for conditions on the events before the anchor."""
    condition = CONDITIONS[feature.what].format(at=query.bounds.outside)
    return f'(SELECT COUNT(*) FROM "events" l WHERE l."entity_key" = f."entity_key" AND ({condition}))'


def sessions(seed: int, rows: int = 4000) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """A clean table of sessions as of their fifth minute, and who bought later."""
    random = np.random.default_rng(seed)
    views, carts = random.poisson(5, rows) + 1.0, random.binomial(2, 0.15, rows) * 1.0
    seconds = np.round(random.gamma(2, 120, rows))
    y = random.random(rows) < np.clip(0.02 + 0.006 * views + 0.15 * carts, 0, 0.9)
    hour = random.integers(0, 24, rows) * 1.0
    return {"views": views, "carts": carts, "seconds": seconds, "hour": hour}, y


def tables_with_a_leak(seed: int) -> dict[str, Case]:
    """Five tables, each with one column that the purchase has written."""
    columns, y = sessions(seed)
    random = np.random.default_rng(seed + 1)
    n, views, carts = len(y), columns["views"], columns["carts"]
    planted = {
        "total_with_the_purchase": views + carts + y * random.integers(1, 4, n),
        "session_total": views + carts + 3.0 * y,  # address, payment, thanks
        "segment": np.where(
            y, 2.0, np.where(random.random(n) < 0.3, 1.0, 0.0)
        ),  # "customer", once overwritten
        "clicks_same_day": random.poisson(2, n) + np.where(y, 12.0 + random.poisson(3, n), 0.0),
        "copy_with_noise": y + random.normal(0, 0.2, n),
    }
    return {name: Case({**columns, name: np.asarray(leak)}, y) for name, leak in planted.items()}
