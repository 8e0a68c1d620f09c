"""The recipe of UCI's Online Shoppers: durations and pages together, bounce and exit rates, the month as a number.

The published system adds total pages, total duration and their ratio. Exit rates are means over a session's pages: times the
number of pages they are the exits to expect, which five-fold cross-validation on its training part finds useful.
"""

from collections.abc import Sequence

from willbuy.models.prepare.recipes.arithmetic import mean, per_one_more, ratio, share, total
from willbuy.models.prepare.recipes.protocol import Engineered, Number, Recipe, Source
from willbuy.models.rows import Floats

PAGES = ("Administrative", "Informational", "ProductRelated")
DURATIONS = ("Administrative_Duration", "Informational_Duration", "ProductRelated_Duration")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NUMBER_OF_MONTH = {month: float(number) for number, month in enumerate(MONTHS, 1)}


def _duration_per_page(sources: Source[Number], names: Sequence[str], learnt: Floats) -> Number:
    return per_one_more(total(sources, DURATIONS), total(sources, PAGES))


def _product_share(sources: Source[Number], names: Sequence[str], learnt: Floats) -> Number:
    return share(sources.number("ProductRelated"), total(sources, PAGES))


def _of_all_pages(sources: Source[Number], names: Sequence[str], learnt: Floats) -> Number:
    return sources.number(names[0]) * total(sources, PAGES)


def _month_number(sources: Source[Number], names: Sequence[str], learnt: Floats) -> Number:
    return sources.mapped("Month", NUMBER_OF_MONTH)


ONLINE_SHOPPERS = Recipe(
    "online_shoppers",
    "sessions of a shop with pages, durations, bounce and exit rates by kind of page",
    (
        Engineered("TotalPages", "pages of all kinds", PAGES, total),
        Engineered("TotalDuration", "seconds on pages of all kinds", DURATIONS, total),
        Engineered(
            "DurationPerPage",
            "seconds on all pages by the number of pages and one",
            PAGES + DURATIONS,
            _duration_per_page,
        ),
        ratio(
            "ProductDurationPerPage", "seconds a product page", "ProductRelated_Duration", "ProductRelated"
        ),
        ratio(
            "AdministrativeDurationPerPage",
            "seconds an administrative page",
            "Administrative_Duration",
            "Administrative",
        ),
        Engineered("ProductShare", "share of product pages among all pages", PAGES, _product_share),
        Engineered("BounceAndExit", "mean of bounce and exit rate", ("BounceRates", "ExitRates"), mean),
        Engineered("ExitPages", "exit rate times pages", ("ExitRates", *PAGES), _of_all_pages),
        Engineered("BouncePages", "bounce rate times pages", ("BounceRates", *PAGES), _of_all_pages),
        Engineered("MonthNumber", "the month, 1 to 12", ("Month",), _month_number),
    ),
)
