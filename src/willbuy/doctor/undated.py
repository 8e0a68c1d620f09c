"""Suspicion: a column of a table was not known yet when the score is wanted. Only who made the table can say; so it is asked."""

from willbuy.doctor.case import Case
from willbuy.doctor.finding import Finding
from willbuy.errors import listed


def undated(case: Case) -> list[Finding]:
    """A leak for each column that is declared to be known after, one warning that lists those of which nothing is declared.

    >>> undated(Case.of({"paid": [0, 1]}, [0, 1], known={"paid": "after"}))[0].name
    'known_when:paid'
    """
    known = case.known or {}
    after = [name for name in case.columns if known.get(name) == "after"]
    unknown = [name for name in case.columns if known.get(name, "unknown") == "unknown"]
    return [_after(name) for name in after] + ([_unknown(unknown, len(case.columns))] if unknown else [])


def _after(name: str) -> Finding:
    return Finding(
        suspicion="known_when",
        about=name,
        grade="leak",
        words=f"{name} is declared to be known only after the moment of the score",
        remedy=f"Leave {name} out: nobody has its value when the score is wanted",
        proof={"known": "after"},
    )


def _unknown(names: list[str], of: int) -> Finding:
    if len(names) == of:
        words = (
            f"none of the {of} columns says when it is known ({listed(names, 6)}): where a row is a day or a visit and the"
            " outcome is of the same one, no column can be dated before the order"
        )
    else:
        words = f"{len(names)} of {of} columns do not say when they are known: {listed(names, 12)}"
    return Finding(
        suspicion="known_when",
        about="undeclared",
        grade="warning",
        words=words,
        remedy='Declare known = "before" for each column that is known when the score is wanted, "after" for the others',
        proof={"columns": names, "of": of},
    )
