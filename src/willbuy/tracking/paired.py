"""The difference of two runs on the same test rows, from the same draws of entities; or why there is none."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from willbuy.errors import WillbuyError
from willbuy.evaluation.evaluate import compare
from willbuy.runs import PREDICTIONS

if TYPE_CHECKING:
    import pandas as pd

SCORED = ("y", "p")


class NotPaired(WillbuyError):
    """Two runs cannot be compared row by row."""


def paired(first: Path, second: Path, bootstrap: Mapping[str, Any]) -> dict[str, Any]:
    """`rows` that both were tested on and `differences` (metric -> second minus first, with interval), or `why_not` in words.

    The draws of entities are as many, and of the same seed, as `bootstrap` says.
    """
    import pandas as pd

    try:
        both = _joined(_predictions(first), _predictions(second))
    except NotPaired as error:
        return {"rows": 0, "why_not": str(error)}
    entities = pd.factorize(both["entity"])[0]
    draws = {"draws": bootstrap["draws"] or 1000, "seed": bootstrap["seed"]}
    differences = compare(both["y"], both["p_second"], both["p"], entities, **draws)
    return {"rows": len(both), "differences": differences}


def _predictions(folder: Path) -> "pd.DataFrame":
    import duckdb

    file = folder / PREDICTIONS
    if not file.is_file():
        raise NotPaired(f"run {folder.name} has no {PREDICTIONS}")
    try:
        found: pd.DataFrame = duckdb.read_parquet(str(file)).df()
    except duckdb.Error as error:
        raise NotPaired(f"the {PREDICTIONS} of run {folder.name} cannot be read") from error
    if not {*SCORED, "entity"} <= set(found.columns):
        raise NotPaired(f"the {PREDICTIONS} of run {folder.name} is not what a training writes")
    return found


def _joined(one: "pd.DataFrame", other: "pd.DataFrame") -> "pd.DataFrame":
    """The rows of both, the second's probability as `p_second`. Raises NotPaired unless rows and outcomes are the same.

    Rows of one entity at one moment with one outcome stand in any order: they are drawn together, so it is all the same.
    """
    keys = [name for name in one.columns if name not in SCORED]
    if keys != [name for name in other.columns if name not in SCORED]:
        raise NotPaired("their test rows are of different kinds")
    shared = _shared(one, other, keys)
    if not shared == len(one) == len(other):
        counts = f"{shared:,} are in both of {len(one):,} and {len(other):,}"
        raise NotPaired(f"they were tested on different rows: {counts}")
    first, second = (
        frame.sort_values([*keys, "y"], kind="stable", ignore_index=True) for frame in (one, other)
    )
    unlike = int(first["y"].ne(second["y"]).sum())
    if unlike:
        raise NotPaired(
            f"the outcomes of {unlike:,} of {len(one):,} test rows differ: the data or the question has changed"
        )
    return first.assign(p_second=second["p"])


def _shared(one: "pd.DataFrame", other: "pd.DataFrame", keys: list[str]) -> int:
    """How many rows the two have in common."""
    counts = [frame.groupby(keys, dropna=False).size().rename("n").reset_index() for frame in (one, other)]
    both = counts[0].merge(counts[1], on=keys)
    return int(both[["n_x", "n_y"]].min(axis=1).sum())
