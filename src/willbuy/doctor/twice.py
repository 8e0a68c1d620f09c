"""Suspicion: rows that are equal in every column. Some are real (two visits may look alike), some were counted twice."""

import numpy as np

from willbuy.doctor.case import Case
from willbuy.doctor.finding import Finding

MANY = 0.005  # of all rows


def twice(case: Case) -> list[Finding]:
    """A note, or a warning where more than MANY of the rows repeat an earlier one."""
    rows = np.column_stack([*case.columns.values(), case.y.astype(np.float64)])
    if case.entities is not None:
        rows = np.column_stack([rows, case.entities.astype(np.float64)])
    copies = len(rows) - len(np.unique(rows, axis=0, equal_nan=True))
    if not copies:
        return []
    return [
        Finding(
            suspicion="duplicates",
            about="",
            grade="warning" if copies > MANY * len(rows) else "note",
            words=f"{copies:,} of {len(rows):,} rows equal an earlier one in every column",
            remedy="Where rows have an id, give it as the entity; else keep them on one side of the split",
            proof={"copies": copies, "rows": len(rows)},
        )
    ]
