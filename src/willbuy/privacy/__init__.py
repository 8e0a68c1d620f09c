"""What a shop owes to those it knows: erasing them everywhere, and forgetting what is old."""

from willbuy.privacy.erase import StillServed, erase, finish
from willbuy.privacy.erased import Erased
from willbuy.privacy.plan import pending

__all__ = ["Erased", "StillServed", "erase", "finish", "pending"]
