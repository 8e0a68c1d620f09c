"""Examine a table: every suspicion asked of it, on all of its rows or a declared sample of its entities."""

from collections.abc import Mapping

import numpy as np

from willbuy.doctor.case import Case
from willbuy.doctor.diagnosis import DROP, Asked, Diagnosis, answer
from willbuy.doctor.suspicions import SUSPICIONS
from willbuy.evaluation.words import percent

ROWS = 50_000  # examined at most: entities are drawn whole


def examine(
    case: Case,
    *,
    accept: Mapping[str, str] | None = None,
    drop: str = DROP,
    seed: int = 0,
    rows: int = ROWS,
) -> Diagnosis:
    """Ask every suspicion of the case. The same case and seed give the same findings.

    >>> y = np.arange(100) % 4 == 0
    >>> examine(Case.of({"paid": y * 1.0, "hour": np.arange(100) % 24}, y)).findings[0].name
    'too_good:paid'
    """
    taken, how = sample(case, rows, seed)
    found = Diagnosis(
        rows=len(taken.y), of=len(case.y), sample=how, accept=accept or {}, drop=drop, alone=taken.alone
    )
    for suspicion in SUSPICIONS:
        unable = suspicion.unable(taken)
        findings = [] if unable else suspicion.ask(taken)
        asked = Asked(suspicion.name, suspicion.question, unable or answer(findings))
        found = found.plus(findings, [asked])
    return found


def sample(case: Case, rows: int = ROWS, seed: int = 0) -> tuple[Case, str]:
    """The case itself, or a part of about `rows` rows with their entities whole; and which, in words.

    Where buyers are rare they are what a suspicion hangs on: of those that bought up to half of the rows are kept.
    """
    size = len(case.y)
    if size <= rows:
        return case, f"all {size:,} rows"
    keys = case.entities if case.entities is not None else np.arange(size)
    _, of_row = np.unique(keys, return_inverse=True)
    bought = (np.bincount(of_row, weights=case.y) > 0)[of_row]
    share = min(1.0, rows / 2 / max(int(bought.sum()), 1))
    others = (rows - share * bought.sum()) / max(int((~bought).sum()), 1)
    luck = np.random.default_rng(seed).random(int(of_row.max()) + 1)[of_row]
    kept = luck < np.where(bought, share, others)
    what = "entities" if case.entities is not None else "rows"
    which = "all that bought" if share == 1 else f"{percent(share)} of those that bought"
    said = f"{int(kept.sum()):,} of {size:,} rows: {which}, and {what} drawn by chance that did not"
    return case.take(kept), said
