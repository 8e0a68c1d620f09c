"""distinct, live."""

from willbuy.features.algebra import Distinct
from willbuy.features.live.history import History, evaluates


@evaluates(Distinct)
def distinct(feature: Distinct, history: History) -> int:
    """How many different items or categories, None not among them."""
    found = {event.item if feature.of == "item" else event.category for event in history.matching(feature)}
    return len(found - {None})
