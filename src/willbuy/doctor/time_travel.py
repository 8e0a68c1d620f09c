"""Suspicion: a feature reads what came after its anchor. The proof: it is another number when the rest of the log is not there.

For a sample of (entity, anchor) pairs the log is cut: each pair keeps the events that had happened before its anchor and
were known by then, and nothing else. Every feature is computed anew from what is left and must equal, bit for bit, what
was computed from the whole log. Facts about items are of all entities' events, so they are cut at a few anchors more.
"""

from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from willbuy.doctor.compared import Pairs, compared
from willbuy.doctor.finding import Finding
from willbuy.features.batch import BatchFeatures
from willbuy.features.batch.pairs import visible_events
from willbuy.features.batch.tables import ITEM_TABLES, Tables
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import LogSummary
from willbuy.features.population import population_of, session_population_of
from willbuy.shop import Shop

if TYPE_CHECKING:
    import pandas as pd

    from willbuy.warehouse.engine import Warehouse

QUESTION = "Is any feature another number when what came after its anchor is not in the log?"
PAIRS = 10_000  # compared at most
SLOT = "15min"  # days of every zone and hours close at such moments, and facts about items with them
GROUP = 99  # of tables: no group of entities has this number
ASKED, KNOWN = "willbuy_doctor_asked", "willbuy_doctor_known"


@dataclass(frozen=True)
class Traveller:
    """A log, its features, and how a shop asks for them."""

    warehouse: "Warehouse"
    shop: Shop
    features: FeatureSet
    log: LogSummary

    def time_travel(
        self, frame: "pd.DataFrame", *, seed: int = 0, most: int = PAIRS
    ) -> tuple[list[Finding], int]:
        """Findings, one a feature that changes, and how many pairs were compared.

        `frame` has `entity_key`, `anchor` and a column a feature, as they were made from the whole log.
        """
        drawn = np.sort(np.random.default_rng(seed).permutation(len(frame))[:most])
        rows = frame.iloc[drawn].reset_index(drop=True)
        found = compared(rows, self._made_anew(rows), self.features)
        for moment in self._moments(rows):
            part = rows[rows["anchor"].dt.floor(SLOT) == moment].reset_index(drop=True)
            anew = self._made_anew(part, moment.to_pydatetime())
            found = found.joined(compared(part, anew, self.features, facts_only=True))
        return [_finding(name, pairs) for name, pairs in found.differing.items()], len(rows)

    def _moments(self, rows: "pd.DataFrame") -> list["pd.Timestamp"]:
        """Moments at which facts about items are made anew: at the first anchor, one in the middle, the last."""
        if not self.features.facts or rows.empty:
            return []
        every = sorted(set(rows["anchor"].dt.floor(SLOT)))
        return [every[place] for place in sorted({0, len(every) // 2, len(every) - 1})]

    def _made_anew(self, rows: "pd.DataFrame", cut: datetime | None = None) -> "pd.DataFrame":
        """The features of the pairs, each from its own entity's events as they were known at its anchor.

        Facts about items are made from the log as it was at `cut`, by default from the whole log.
        """
        beside = self.warehouse.beside()
        pairs = rows[["entity_key", "anchor"]].rename(columns={"anchor": "moment"})
        pairs = pairs.rename_axis("pair").reset_index().astype({"moment": "datetime64[us]"})
        try:
            beside.put(ASKED, pairs)
            beside.make(KNOWN, f"SELECT * FROM {visible_events(ASKED)}")
            engine = self._engine(beside, rows)
            engine.prepare_items(_events_at(beside, cut))
            engine.prepare(f'"{KNOWN}"')
            beside.put(ASKED, pairs.assign(entity_key=pairs["pair"]))
            names = ", ".join(beside.dialect.identifier(name) for name in self.features.names)
            return beside.frame(f'SELECT "pair", {names} FROM ({engine.pairs_sql(ASKED)}) q ORDER BY "pair"')
        finally:
            beside.drop(*astuple(Tables.of_group(GROUP)), *ITEM_TABLES, ASKED, KNOWN)
            beside.close()

    def _engine(self, beside: "Warehouse", rows: "pd.DataFrame") -> BatchFeatures:
        """The engine of a training, over a log of which nothing is late any more."""
        first, last = rows["anchor"].min().to_pydatetime(), rows["anchor"].max().to_pydatetime()
        in_session = self.shop.target.within == "session"
        return BatchFeatures(
            beside,
            self.features,
            replace(self.log, late=False),
            [first, last + timedelta(days=1)],
            session_population_of(self.shop) if in_session else population_of(self.shop),
            sessions=in_session,
            tables=Tables.of_group(GROUP),
        )


def _events_at(warehouse: "Warehouse", cut: datetime | None) -> str:
    """A FROM item with the events as the log was at a moment, by default with all of them."""
    if cut is None:
        return '"events"'
    at = warehouse.dialect.timestamp(cut)
    known = f'"time" < {at} AND COALESCE("received", "time") <= {at}'
    return f'(SELECT * FROM "events" WHERE {known})'


def _finding(name: str, pairs: Pairs) -> Finding:
    about = name or "population"
    what = (
        f"{name} is another number when what came after the anchor is not in the log"
        if name
        else "somebody is in the population only by what came after the anchor"
    )
    return Finding(
        suspicion="time_travel",
        about=about,
        grade="leak",
        words=f"{what}: {pairs.different:,} of {pairs.compared:,} pairs differ{pairs.example}",
        remedy=(
            f"Drop {about}, or let it read events before its anchor only"
            if name
            else "Choose another [population]: who belongs to it must be known at the anchor"
        ),
        proof={"pairs": pairs.compared, "different": pairs.different, **pairs.first},
    )
