"""Columns that are fitted, not declared: BG/NBD, fitted as of each anchor on what came before it, without a label."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from willbuy.errors import NotEnoughData
from willbuy.features.algebra.phrases import Phrases
from willbuy.models.bgnbd import bgnbd_columns
from willbuy.shop import Shop

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("expected_purchases", "p_alive")
INPUTS = ("active_days_purchase", "days_since_first_purchase", "days_since_last_purchase")
MEANINGS = {
    "expected_purchases": "purchase days to expect within the horizon, by a BG/NBD model of the purchase days so far",
    "p_alive": "probability that the customer has not left for good, by the same model",
}

PHRASES = {
    "expected_purchases": Phrases(
        "about {value} purchase days expected within the horizon, by the rhythm so far",
        null="no rhythm of purchases to go by",
    ),
    "p_alive": Phrases(
        "{value} likely to be still a customer, by the rhythm so far",
        null="no rhythm of purchases to go by",
        form="percent",
    ),
}
"""How a value is said to people."""


def wants_bgnbd(shop: Shop, names: Sequence[str]) -> bool:
    """Whether the shop's snapshots carry the BG/NBD columns: as declared, else where their inputs are there."""
    possible = all(name in names for name in INPUTS)
    return possible if shop.features.bgnbd is None else shop.features.bgnbd


def horizon_in_days(shop: Shop) -> float:
    """How far ahead the model expects purchases. Raises NotEnoughData for a session task, which has no horizon."""
    within = shop.target.within
    if isinstance(within, str):
        raise NotEnoughData(
            "BG/NBD needs a horizon in days; a session task has none. Set [features] bgnbd = false"
        )
    return within.days


def add_bgnbd(frame: "pd.DataFrame", horizon_days: float) -> tuple["pd.DataFrame", dict[str, Any]]:
    """Add `expected_purchases` and `p_alive`, fitted for each anchor of the frame by itself.

    Returns the frame with two more columns, and for each anchor (ISO text) the four parameters, or the reason why
    there are none.
    """
    import pandas as pd

    parts, parameters = [], {}
    for moment, rows in frame.groupby("anchor", sort=True):
        columns = bgnbd_columns(rows, horizon_days)
        parts.append(columns)
        parameters[pd.Timestamp(str(moment)).isoformat()] = columns.attrs["bgnbd"] or columns.attrs["reason"]
    return frame.join(pd.concat(parts)), parameters
