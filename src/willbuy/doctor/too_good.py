"""Suspicion: a single column ranks the buyers better than what is known beforehand ever does."""

from willbuy.doctor.case import Case
from willbuy.doctor.finding import Finding

WARN, LEAK = 0.85, 0.98  # ROC-AUC of one column alone, either way round
WARN_DATED = 0.95  # of a column computed before its anchor: who was here an hour ago does come back
FEWEST = 10  # entities of either outcome: fewer rank well by chance


def too_good(case: Case) -> list[Finding]:
    """A finding for every column whose ROC-AUC alone is at least WARN, or WARN_DATED; nulls stand at the end that suits them best."""
    found, least = [], WARN_DATED if case.dated else WARN
    for name, auc in case.alone.items():
        if auc >= least:
            found.append(_finding(name, auc))
    return sorted(found, key=lambda finding: -finding.proof["roc_auc"])


def _finding(name: str, auc: float) -> Finding:
    return Finding(
        suspicion="too_good",
        about=name,
        grade="leak" if auc >= LEAK else "warning",
        words=f"{name} alone has a ROC-AUC of {auc:.3f}",
        remedy=f"Say when {name} is known. If that is after the moment of the score, drop it",
        proof={"roc_auc": auc},
    )
