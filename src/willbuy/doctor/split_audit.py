"""Suspicion: training and test know of each other: labels that reach into the test, rows too young to have one (G5 to G8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from willbuy.doctor.diagnosis import Answered, Asked, answer
from willbuy.doctor.finding import Finding
from willbuy.evaluation.base_rates import EXPECTED, LIKE
from willbuy.evaluation.words import figure, percent

QUESTION = "Do training labels reach into the test, are labels too young, does the base rate move?"


@dataclass(frozen=True)
class Sides:
    """A split as it is audited. Moments are naive UTC; None where a task has none.

    `train_known`: when the last training label was known. `test_from`: when the test begins. `test_known`: when the last
    label of the test is known. `log_end`: how far the log is complete. `shared`: the share of the test's entities that
    stand in training as well. `rates`: part of the training time -> (rows, buyers), oldest first.
    """

    train_known: datetime | None = None
    test_from: datetime | None = None
    test_known: datetime | None = None
    log_end: datetime | None = None
    shared: float | None = None
    by_entity: bool = False
    rates: Mapping[str, tuple[int, int]] | None = None


def split_audit(sides: Sides) -> list[Finding]:
    """A leak where a label reaches past the border, a warning where the base rate moves outside 0.67 to 1.5."""
    return [*_embargo(sides), *_immature(sides), *_overlap(sides), *_rates(sides)]


def ask_split_audit(sides: Sides) -> Answered:
    """The audit's findings and its answer."""
    found = split_audit(sides)
    return found, Asked("split_audit", QUESTION, answer(found) if found else said(sides))


def said(sides: Sides) -> str:
    """What the audit saw where nothing is wrong, in words.

    >>> said(Sides(train_known=datetime(2024, 1, 8), test_from=datetime(2024, 1, 9), shared=0.5))
    "nothing found: the last training label was known 1 day before the test began; 50.0 % of the test's entities trained too, earlier"
    """
    parts = []
    if sides.train_known is not None and sides.test_from is not None:
        apart = sides.test_from - sides.train_known
        when = f"{_span(apart)} before the test began" if apart else "just when the test began"
        parts.append(f"the last training label was known {when}")
    if sides.by_entity:
        parts.append("no entity is tested by a procedure that saw it")
    elif sides.shared is not None:
        parts.append(f"{percent(sides.shared)} of the test's entities trained too, earlier")
    return "nothing found" + (f": {'; '.join(parts)}" if parts else "")


def _embargo(sides: Sides) -> list[Finding]:
    if sides.train_known is None or sides.test_from is None or sides.train_known <= sides.test_from:
        return []
    over = sides.train_known - sides.test_from
    return [
        _leak(
            "embargo",
            f"the last training label was known only {_span(over)} after the test began: training saw the test's days",
            "Train on anchors at least a horizon and the labels' lag before the test",
            train_known=sides.train_known.isoformat(),
            test_from=sides.test_from.isoformat(),
        )
    ]


def _immature(sides: Sides) -> list[Finding]:
    if sides.test_known is None or sides.log_end is None or sides.test_known <= sides.log_end:
        return []
    return [
        _leak(
            "immature",
            f"labels are asked until {sides.test_known:%Y-%m-%d %H:%M}, the log ends {sides.log_end:%Y-%m-%d %H:%M}:"
            " who buys between them counts as somebody who does not",
            "Leave out anchors whose label window has not passed",
            test_known=sides.test_known.isoformat(),
            log_end=sides.log_end.isoformat(),
        )
    ]


def _overlap(sides: Sides) -> list[Finding]:
    if not sides.by_entity or not sides.shared:
        return []
    return [
        _leak(
            "overlap",
            f"{percent(sides.shared)} of the test's entities stand in training too, though the split is by entity",
            "Keep each entity on one side",
            shared=sides.shared,
        )
    ]


def _rates(sides: Sides) -> list[Finding]:
    """The first and the second half of the training time, where both should hold enough buyers."""
    every = list((sides.rates or {}).items())
    if len(every) < 2:
        return []
    middle = len(every) // 2
    early, late = (_summed(part) for part in (every[:middle], every[middle:]))
    rate, other = (buyers / rows if rows else 0.0 for rows, buyers in (early, late))
    if not rate or late[0] * rate < EXPECTED or early[1] < EXPECTED or LIKE[0] <= other / rate <= LIKE[1]:
        return []
    border = every[middle][0]
    return [
        Finding(
            suspicion="split_audit",
            about="base_rate",
            grade="warning",
            words=(
                f"inside the training part the base rate goes from {percent(rate)} to {percent(other)}"
                f" ({figure(other / rate, 1)} times) at {border}: the past may not tell the future"
            ),
            remedy="See what changed then: what came before may be of another shop, and not worth learning from",
            proof={"early": early, "late": late, "from": border},
        )
    ]


def _summed(part: list[tuple[str, tuple[int, int]]]) -> tuple[int, int]:
    return sum(rows for _, (rows, _) in part), sum(buyers for _, (_, buyers) in part)


def _leak(about: str, words: str, remedy: str, **proof: Any) -> Finding:
    return Finding("split_audit", about, "leak", words, remedy, proof)


def _span(span: timedelta) -> str:
    days = span / timedelta(days=1)
    if days >= 1:
        return f"{days:g} day{'' if days == 1 else 's'}" if days == int(days) else f"{days:.1f} days"
    return f"{span / timedelta(minutes=1):.0f} minutes"
