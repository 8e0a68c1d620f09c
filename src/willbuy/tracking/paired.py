"""The difference of two runs on the same test rows, from the same draws of entities; or why there is none."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from willbuy.evaluation.evaluate import compare
from willbuy.runs import PREDICTIONS

if TYPE_CHECKING:
    import pandas as pd

SCORED = ("y", "p")


def paired(first: Path, second: Path, bootstrap: Mapping[str, Any]) -> dict[str, Any]:
    """`differences` (metric -> second minus first, with interval), or `why_not` in words; `rows` that both were tested on."""
    for folder in (first, second):
        if not (folder / PREDICTIONS).is_file():
            return {"rows": 0, "why_not": f"run {folder.name} has no {PREDICTIONS}"}
    why_not, both = _joined(_predictions(first), _predictions(second))
    if why_not:
        return {"rows": len(both), "why_not": why_not}
    import pandas as pd

    entities = pd.factorize(both["entity"])[0]
    differences = compare(
        both["y_x"],
        both["p_y"],
        both["p_x"],
        entities,
        draws=bootstrap["draws"] or 1000,
        seed=bootstrap["seed"],
    )
    return {"rows": len(both), "differences": differences}


def _predictions(folder: Path) -> "pd.DataFrame":
    import duckdb

    found: pd.DataFrame = duckdb.read_parquet(str(folder / PREDICTIONS)).df()
    return found


def _joined(one: "pd.DataFrame", other: "pd.DataFrame") -> tuple[str, "pd.DataFrame"]:
    """(why the rows cannot be paired or "", the rows that both hold)."""
    keys = [name for name in one.columns if name not in SCORED]
    if keys != [name for name in other.columns if name not in SCORED]:
        return "their test rows are of different kinds", one.head(0)
    if one.duplicated(keys).any() or other.duplicated(keys).any():
        return (
            "an entity stands in the test more than once at one moment: rows cannot be told apart",
            one.head(0),
        )
    both = one.merge(other, on=keys)
    if not len(both) == len(one) == len(other):
        shared = f"{len(both):,} rows are in both of the {len(one):,} and {len(other):,}"
        return f"they were tested on different rows: {shared}", both
    if not both["y_x"].eq(both["y_y"]).all():
        unlike = int(both["y_x"].ne(both["y_y"]).sum())
        return (
            f"the outcomes of {unlike:,} of {len(both):,} test rows differ: the log or the question has changed",
            both,
        )
    return "", both
