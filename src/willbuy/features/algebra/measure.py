"""What an event measures: its price, its number of pieces, or the money of both."""

from willbuy.features.algebra.kinds import check_choice

MEASURES = ("price", "quantity", "money")

MEASURE_UNITS = {"price": "minor units", "quantity": "pieces", "money": "minor units"}

MEASURE_WORDS = {"price": "price", "quantity": "number of pieces", "money": "money (price x quantity)"}
"""An event without a quantity is of one piece; one without a price has no price and no money."""


def check_measure(measure: str, known: tuple[str, ...] = MEASURES) -> None:
    """Raise ShopError where a measure is not known."""
    check_choice(measure, known, "measure of an event")
