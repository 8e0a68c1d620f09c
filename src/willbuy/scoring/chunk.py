"""Some rows of a file of features."""

from typing import TYPE_CHECKING, NamedTuple

from willbuy.models.scorers import Floats

if TYPE_CHECKING:
    import pandas as pd

CHUNK = 20_480  # rows in flight; a multiple of the 2,048 that the engine hands out at once


class Chunk(NamedTuple):
    """Features (n, features) in the bundle's order, and what else the rows carry."""

    rows: Floats
    extras: "pd.DataFrame"
