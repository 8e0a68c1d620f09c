"""distinct, live."""

from willbuy.features.algebra import Distinct
from willbuy.features.live.history import History, evaluates


@evaluates(Distinct)
def distinct(feature: Distinct, history: History) -> int:
    """How many different items or categories, None not among them."""
    stream, first, end = history.bounds(feature)
    return len({*stream.field(feature.of)[first:end], None}) - 1
