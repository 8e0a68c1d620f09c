"""Suspicion: the label can be rebuilt from other columns. The proof is the formula, and in how many rows it is right."""

import numpy as np

from willbuy.doctor.alone import Floats
from willbuy.doctor.case import Case
from willbuy.doctor.finding import Finding
from willbuy.doctor.reconstruction import Formula, reconstruct
from willbuy.doctor.small_rule import SmallRule, small_rules
from willbuy.doctor.terms import MOST
from willbuy.doctor.too_good import LEAK

TELLING = 20  # columns: of very many, those that go with one of the most telling are searched


def rebuilt(case: Case) -> list[Finding]:
    """One finding a formula or small rule; dropping one column is enough only if it stands in all of them.

    Of a single column that tells the label, `too_good` speaks.
    """
    numbers = searched(case)
    formulas = [formula for formula in reconstruct(numbers, case.y) if len(formula.columns) > 1]
    spoken = {name for formula in formulas for name in formula.columns}
    spoken |= {name for name in numbers if case.alone[name] >= LEAK}
    rules = small_rules({name: values for name, values in numbers.items() if name not in spoken}, case.y)
    found: list[Formula | SmallRule] = [*formulas, *(rule for rule in rules if len(rule.columns) > 1)]
    shared = sorted(frozenset.intersection(*(one.columns for one in found))) if found else []
    return [_finding(one, shared) for one in found]


def searched(case: Case, most: int = MOST) -> dict[str, Floats]:
    """The numbers that a formula is searched in, in their order: all, or of more than `most` a part that is likely to hold it.

    A formula needs a column that holds the outcome, which shows alone, and those that are taken off it, which go with it.
    """
    columns = case.numbers
    if len(columns) <= most:
        return columns
    names = sorted(columns, key=lambda name: -case.alone[name])
    unit = {name: _unit(np.nan_to_num(columns[name])) for name in names}
    leading = np.column_stack([unit[name] for name in names[:TELLING]])
    near = {name: float(np.abs(unit[name] @ leading).max()) for name in names}
    kept = set(sorted(names, key=lambda name: -near[name])[:most])
    return {name: values for name, values in columns.items() if name in kept}


def _unit(values: Floats) -> Floats:
    """The values less their mean, of length 1; zeros where they do not vary."""
    apart: Floats = values - values.mean()
    length = float(np.sqrt((apart**2).sum()))
    return apart / length if length > 0 else apart


def _finding(formula: Formula | SmallRule, shared: list[str]) -> Finding:
    if shared:
        remedy = f"Drop {' or '.join(shared)}: every formula that was found needs it"
    else:
        remedy = "No one column stands in every formula: count only what came before the moment of the score"
    return Finding(
        suspicion="reconstruction",
        about="+".join(sorted(formula.columns)),
        grade="leak",
        words=(
            f"{formula.claim} where the label is 1: right in {formula.rows_right:,} of {formula.rows:,} rows"
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
