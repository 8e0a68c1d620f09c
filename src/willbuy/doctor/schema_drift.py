"""Suspicion: the data changed its form since the last run. What the model learnt then would be fed with something else now.

Two profiles are held against each other: a field that vanished or is null far more often, another unit, one value where there
were many, far more values, ids of another form, names of kinds that came or went, hours that moved together, rows refused
or counted twice. Each has a border that resamples of one log do not cross. What is found stops training like a leak: a
changed unit is no opinion.
"""

from collections.abc import Iterator, Mapping
from math import sqrt
from typing import Any

import numpy as np

from willbuy.doctor.finding import Finding
from willbuy.evaluation.words import percent

QUESTION = "Has the data changed its form since the last run?"
FEWEST = 30  # values, for anything to be said of a field
NULLS, ERRORS = 0.10, 4  # more of all rows, and so many standard errors: among few rows chance makes a tenth
UNIT = 5.0  # times the median
MORE_VALUES, SOME = 2.0, 20  # times as many values for as many rows, and so many more
OTHER_FORM = 0.3  # of the values: total variation between the shapes
RARE = 1e-4  # the chance that all rows hold what was the commonest value
KEPT = 40  # values that a profile keeps: with more, some are not there by cut
KIND = 0.005  # of the events: a kind as frequent as that does not vanish by chance
DAYS, HOURS = 3, 2  # whole days are held against each other; an hour is what summer time does
MOVED = 0.1  # of the events: what turning the clock explains
REFUSED = 0.05  # more of the rows read

Profile = Mapping[str, Any]


def schema_drift(then: Profile, now: Profile) -> list[Finding]:
    """The changes between the profile of the last run and that of now, each by the field and what happened to it."""
    found = [_change(name, "gone", f"{name} is gone; the last run had it") for name in then["fields"]
             if name not in now["fields"]]  # fmt: skip
    for name, field in now["fields"].items():
        if name in then["fields"]:
            found += _field(name, then["fields"][name], field)
    found += _kinds(then.get("kinds") or {}, now.get("kinds") or {})
    if min(then.get("days") or 0, now.get("days") or 0) >= DAYS:
        found += _clock(then["hours"], now["hours"])
    found += _account(then.get("account") or {}, now.get("account") or {})
    return found


def _field(name: str, then: Profile, now: Profile) -> Iterator[Finding]:
    if not then["n"] or not now["n"]:
        return
    before, after = then["null_share"], now["null_share"]
    if after - before > max(NULLS, ERRORS * _error(before, then["n"], after, now["n"])):
        words = (
            "is gone"
            if after == 1
            else f"is null in {percent(after)} of the rows, {percent(before)} in the last run"
        )
        yield _change(name, "nulls", f"{name} {words}", then=before, now=after)
    if then.get("role") != now.get("role"):
        words = f"{name} is a {now['role']}, a {then['role']} in the last run"
        yield _change(name, "role", words, then=then["role"], now=now["role"])
    known, knew = now["n"] * (1 - after), then["n"] * (1 - before)
    if min(known, knew) < FEWEST:
        return
    yield from _unit(name, then.get("median"), now.get("median"))
    if (
        now["distinct"] == 1 < then["distinct"]
        and then["top_share"] < 0.9
        and then["top_share"] ** known < RARE
    ):
        words = f"{name} has one value, {then['distinct']:,} in the last run"
        yield _change(name, "constant", words, then=then["distinct"], now=1)
    expected = then["distinct"] * max(1.0, known / knew)
    if now["distinct"] > MORE_VALUES * expected + SOME:
        words = f"{name} has {now['distinct']:,} values in {known:,.0f} rows, {then['distinct']:,} in {knew:,.0f} in the last run"
        yield _change(name, "values", words, then=then["distinct"], now=now["distinct"])
    yield from _form(name, then.get("shapes") or {}, now.get("shapes") or {})
    yield from _values(name, then.get("values") or {}, now.get("values") or {})


def _error(share: float, of: int, other: float, of_other: int) -> float:
    """The standard error of the difference of two shares that are the same in truth.

    >>> round(_error(0.4, 100, 0.6, 100), 4)
    0.0707
    """
    both = (share * of + other * of_other) / (of + of_other)
    return sqrt(both * (1 - both) * (1 / of + 1 / of_other))


def _unit(name: str, then: float | None, now: float | None) -> Iterator[Finding]:
    if not then or not now or then * now <= 0 or 1 / UNIT < now / then < UNIT:
        return
    times = now / then if now > then else then / now
    words = f"the median of {name} is {times:.3g} times {'greater' if now > then else 'smaller'} ({now:,.6g} against {then:,.6g})"
    yield _change(name, "unit", words, then=then, now=now)


def _form(name: str, then: Mapping[str, int], now: Mapping[str, int]) -> Iterator[Finding]:
    if min(sum(then.values()), sum(now.values())) < FEWEST:
        return
    apart = _apart(then, now)
    if apart > OTHER_FORM:
        old, new = (max(shapes, key=lambda shape: shapes[shape]) for shapes in (then, now))
        looks = f": mostly {new}, mostly {old} in the last run" if old != new else ""
        words = f"{percent(apart)} of the values of {name} have another form{looks} (9: digits, a: letters, #: both)"
        yield _change(name, "form", words, then=old, now=new)


def _values(name: str, then: Mapping[str, int], now: Mapping[str, int]) -> Iterator[Finding]:
    """A category of which many rows hold values that the last run never saw: they were renamed.

    Of many rare values some are always new: as many as stood on one row only in the last run (Good and Turing).
    """
    rows = sum(now.values())
    once = sum(count == 1 for count in then.values()) / max(sum(then.values()), 1)
    new = {value: count for value, count in now.items() if value not in then}
    if len(then) < KEPT and rows >= FEWEST and sum(new.values()) > (OTHER_FORM + once) * rows:
        shown, share = max(new, key=lambda value: new[value]), sum(new.values()) / rows
        words = f"{percent(share)} of the rows hold values of {name} that the last run did not have, such as {shown!r}"
        yield _change(name, "renamed", words, new=list(new)[:5])


def _kinds(then: Mapping[str, int], now: Mapping[str, int]) -> Iterator[Finding]:
    events, before = sum(now.values()), sum(then.values())
    if not events or not before:
        return
    for kind, count in then.items():
        if kind not in now and count / before >= KIND and events * count / before >= FEWEST:
            words = f"there is no event called {kind!r}, {percent(count / before)} of all in the last run"
            yield _change("kind", kind, words, then=count, now=0)
    for kind, count in now.items():
        if kind not in then and count / events >= KIND and count >= FEWEST:
            words = f"{percent(count / events)} of the events are called {kind!r}, none in the last run"
            yield _change("kind", kind, words, then=0, now=count)


def _clock(then: list[int], now: list[int]) -> Iterator[Finding]:
    """Whether the hours of the day are those of the last run once the clock is turned."""
    if min(sum(then), sum(now)) < 500:
        return
    old, new = (np.asarray(hours) / sum(hours) for hours in (then, now))
    apart = [float(np.abs(old - np.roll(new, turn)).sum() / 2) for turn in range(24)]
    turn = int(np.argmin(apart))
    hours = turn if turn <= 12 else turn - 24
    if abs(hours) >= HOURS and apart[0] - apart[turn] > MOVED and apart[turn] < apart[0] / 2:
        way = "earlier" if hours > 0 else "later"
        words = f"events happen {abs(hours)} hours {way} in the day: another time zone"
        yield _change("time", "zone", words, hours=-hours, apart=apart[0], turned=apart[turn])


def _account(then: Mapping[str, int], now: Mapping[str, int]) -> Iterator[Finding]:
    if not then.get("read") or not now.get("read"):
        return
    for what in ("rejected", "duplicates"):
        before, after = (account[what] / account["read"] for account in (then, now))
        if after - before > max(REFUSED, ERRORS * _error(before, then["read"], after, now["read"])):
            said = "were refused" if what == "rejected" else "came twice"
            words = f"{percent(after)} of the rows read {said}, {percent(before)} in the last run"
            yield _change("rows", what, words, then=before, now=after)


def since(then: Mapping[str, int], now: Mapping[str, int]) -> dict[str, int]:
    """The account of what was read after the last run; the whole one where the log was read anew.

    >>> since({"read": 90, "rejected": 1}, {"read": 100, "rejected": 9})
    {'read': 10, 'rejected': 8}
    """
    more = {name: count - then.get(name, 0) for name, count in now.items()}
    return more if min(more.values()) >= 0 and more["read"] > 0 else dict(now)


def _apart(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """Total variation between two counts: the share that would have to change.

    >>> _apart({"9": 90, "a": 10}, {"9": 10, "a": 10})
    0.4
    """
    sums = sum(one.values()), sum(other.values())
    names = sorted(set(one) | set(other))
    return round(
        sum(abs(one.get(name, 0) / sums[0] - other.get(name, 0) / sums[1]) for name in names) / 2, 12
    )


def _change(about: str, what: str, words: str, **proof: Any) -> Finding:
    return Finding(
        suspicion="schema_drift",
        about=f"{about}.{what}",
        grade="change",
        words=words,
        remedy="Mend the export, or say in the shop file how it is read now; where the change is meant, accept it once",
        proof=proof,
    )
