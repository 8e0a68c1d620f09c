"""Suspicion: the label can be rebuilt from other columns. The proof is the formula, and in how many rows it is right."""

from willbuy.doctor.case import Case
from willbuy.doctor.finding import Finding
from willbuy.doctor.reconstruction import Formula, reconstruct


def rebuilt(case: Case) -> list[Finding]:
    """One finding a formula; dropping one column is enough only if it stands in all of them.

    Of a single column that tells the label, `too_good` speaks.
    """
    formulas = [formula for formula in reconstruct(case.numbers, case.y) if len(formula.columns) > 1]
    shared = sorted(frozenset.intersection(*(formula.columns for formula in formulas))) if formulas else []
    return [_finding(formula, shared) for formula in formulas]


def _finding(formula: Formula, shared: list[str]) -> Finding:
    if shared:
        remedy = f"Drop {' or '.join(shared)}: every formula that was found needs it"
    else:
        remedy = "No one column stands in every formula: count only what came before the moment of the score"
    return Finding(
        suspicion="reconstruction",
        about="+".join(sorted(formula.columns)),
        grade="leak",
        words=(
            f"{formula.text} is above 0 where the label is 1:"
            f" right in {formula.rows_right:,} of {formula.rows:,} rows"
        ),
        remedy=remedy,
        proof={
            "formula": formula.text,
            "columns": sorted(formula.columns),
            "rows_right": formula.rows_right,
            "rows": formula.rows,
            "share_right": formula.share_right,
            "precision": formula.precision,
            "recall": formula.recall,
        },
    )
