"""The funnel: how many visitors and sessions look, then put into the cart, then buy."""

from collections.abc import Sequence
from typing import TypedDict

from willbuy.evaluation.words import percent
from willbuy.explore.log.gather import Tally
from willbuy.explore.log.tables import LogTables
from willbuy.explore.log.view import LogView
from willbuy.explore.rate import Rate, rate
from willbuy.explore.words import DID, number_of
from willbuy.features.batch.columns import kind_code

STEPS = ("view", "cart", "purchase")
OF = ("visitors", "sessions")


class Step(TypedDict):
    """One step: `reached` by those that took the steps before it first; `ever` had an event of the kind, in any order."""

    kind: str
    reached: int
    ever: int
    of_first: Rate
    of_before: Rate


class Funnel(TypedDict):
    """The steps that the log has events of, for visitors and for sessions."""

    says: str
    visitors: list[Step]
    sessions: list[Step]


def funnel_sql(tables: LogTables, unit: str, steps: Sequence[str] = STEPS) -> str:
    """One row: how many units reached each step in order, then how many had each kind at all.

    A step counts at the moment of the one before it or later. A kind that the log does not hold is passed over.
    """
    known = [step for step in steps if step in tables.question.log.kinds]
    parts, before = [], ""
    for step in known:
        rows = f'SELECT {unit}, MIN(e."time") AS reached FROM "{tables.events}" e'
        if before:
            keys = unit.replace("e.", "")
            rows = (
                f'SELECT {unit}, MIN(e."time") AS reached FROM "{tables.events}" e '
                f'JOIN "{before}" b USING ({keys}) WHERE e."time" >= b.reached AND'
            )
        else:
            rows += " WHERE"
        parts.append(f'"{step}" AS ({rows} e.kind = {kind_code(step)} GROUP BY {unit})')
        before = step
    reached = [f'(SELECT COUNT(*) FROM "{step}")' if step in known else "0" for step in steps]
    ever = [
        f'(SELECT COUNT(*) FROM (SELECT DISTINCT {unit} FROM "{tables.events}" e WHERE e.kind = {kind_code(step)}) d)'
        for step in steps
    ]
    given = f"WITH {', '.join(parts)} " if parts else ""
    return f"{given}SELECT {', '.join([*reached, *ever])}"


TALLIES = {
    "funnel_visitors": Tally(lambda tables: funnel_sql(tables, "e.entity_key"), 2 * len(STEPS)),
    "funnel_sessions": Tally(
        lambda tables: funnel_sql(tables, ", ".join(f"e.{name}" for name in tables.unit.split(", "))),
        2 * len(STEPS),
    ),
}


def funnel(view: LogView) -> Funnel:
    """The funnel of a log."""
    of = {name: _steps(view, view.total(f"funnel_{name}")) for name in OF}
    return Funnel(says=_says(of["sessions"], view), visitors=of["visitors"], sessions=of["sessions"])


def _steps(view: LogView, counts: list[int]) -> list[Step]:
    found: list[Step] = []
    for place, kind in enumerate(STEPS):
        if kind not in view.log.kinds:
            continue
        reached = counts[place]
        first, before = (found[0]["reached"], found[-1]["reached"]) if found else (reached, reached)
        found.append(
            Step(
                kind=kind,
                reached=reached,
                ever=counts[len(STEPS) + place],
                of_first=rate(reached, first),
                of_before=rate(reached, before),
            )
        )
    return found


def _says(sessions: list[Step], view: LogView) -> str:
    if len(sessions) < 2:
        held = f"Of the steps view, cart and purchase the log holds {sessions[0]['kind'] if sessions else 'none'}"
        return f"{held}{' alone' if sessions else ''}: there is no way between steps to show."
    first, last = sessions[0], sessions[-1]
    told = [f"{percent(step['of_first']['rate'])} {DID[step['kind']]} after that" for step in sessions[1:]]
    beside = last["ever"] - last["reached"]
    skipped = (
        f" {number_of(beside, 'more session')} {DID[last['kind']]} without having taken the steps before it."
        if beside
        else ""
    )
    return f"Of {number_of(first['reached'], 'session')} in which somebody {DID[first['kind']]}, {', and '.join(told)}.{skipped}"
