"""What the doctor suspects of any table, in the order in which it is asked. Each suspicion is a file of its name."""

from collections.abc import Callable
from dataclasses import dataclass

from willbuy.doctor.breaks import breaks
from willbuy.doctor.case import Case
from willbuy.doctor.finding import Finding
from willbuy.doctor.rebuilt import rebuilt
from willbuy.doctor.too_good import FEWEST, too_good
from willbuy.doctor.twice import twice
from willbuy.doctor.undated import undated


@dataclass(frozen=True)
class Suspicion:
    """A question, how it is asked of a case, and why it cannot be asked of some ("" where it can)."""

    name: str
    question: str
    ask: Callable[[Case], list[Finding]]
    unable: Callable[[Case], str] = lambda case: ""


def _without_periods(case: Case) -> str:
    return "" if case.periods is not None else "not asked: the rows have no order in time"


def _of_few(case: Case) -> str:
    few = case.fewest
    who = f"only {few} entit{'y has' if few == 1 else 'ies have'} one of the outcomes"
    return "" if few >= FEWEST else f"not asked: {who}, and much fits so few by chance"


def _declared(case: Case) -> str:
    return (
        "" if case.known is not None else "not asked: willbuy computed the columns itself, as of the anchor"
    )


SUSPICIONS: tuple[Suspicion, ...] = (
    Suspicion(
        "reconstruction",
        "Does a sum, a rounded product or a small rule of columns give the label back?",
        rebuilt,
        _of_few,
    ),
    Suspicion(
        "too_good", "Does a single column tell the buyers as well as only the outcome can?", too_good, _of_few
    ),
    Suspicion("known_when", "Is each column known when the score is wanted?", undated, _declared),
    Suspicion(
        "breaks", "Did what was always so of buyers stop being so at some time?", breaks, _without_periods
    ),
    Suspicion("duplicates", "Are rows counted twice?", twice),
)
