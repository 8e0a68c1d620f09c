"""A threshold with the name of the wish it was chosen by, and a note where the wish could not be met."""

from dataclasses import dataclass

from willbuy.offers.threshold import Threshold


@dataclass(frozen=True)
class Named:
    """`note` is "" where the threshold is what was wished for."""

    name: str
    threshold: Threshold
    note: str = ""
