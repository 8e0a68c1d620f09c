"""The errors that willbuy raises on purpose: what was found, what was expected, what to do next."""

import difflib
from collections.abc import Iterable


class WillbuyError(Exception):
    """A mistake that the user can mend. The command line prints it as one line and exits with 2."""


class ShopError(WillbuyError):
    """The shop file is missing, or one of its keys is wrong."""


class SourceError(WillbuyError):
    """A source file cannot be read as declared. Nothing of it was kept."""


class NotEnoughData(WillbuyError):
    """The log is too short, or holds too few buyers, for what was asked."""


class SplitError(WillbuyError):
    """A split would let the training part see the test part, or rows stand in a part they do not belong to."""


class SealBroken(WillbuyError):
    """The test part was to be opened a second time in one run."""


class BundleError(WillbuyError):
    """A bundle is damaged, incomplete or of another format. It was not loaded."""


class InputError(WillbuyError):
    """Rows handed over for scoring do not fit the model: a column is missing, or a value is no number."""


def did_you_mean(found: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for the nearest known spelling, or "".

    >>> did_you_mean("visitor_id", ["visitorid", "itemid"])
    " Did you mean 'visitorid'?"
    >>> did_you_mean("zzz", ["visitorid"])
    ''
    """
    nearest = difflib.get_close_matches(found, list(known), n=1, cutoff=0.6)
    return f" Did you mean '{nearest[0]}'?" if nearest else ""
