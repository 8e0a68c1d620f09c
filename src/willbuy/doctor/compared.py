"""Features made twice, compared bit for bit."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from willbuy.features.feature_set import FeatureSet
from willbuy.snapshots.sameness import is_close, same_columns

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Pairs:
    """How many pairs of a feature were compared and differ, and the first that does."""

    compared: int
    different: int
    first: dict[str, Any] = field(default_factory=dict)

    @property
    def example(self) -> str:
        """The first pair that differs, in words; "" where it is not known."""
        if not self.first:
            return ""
        return (
            f" (entity {self.first['entity']} at {self.first['anchor']}: {_shown(self.first['whole'])} from the whole log,"
            f" {_shown(self.first['cut'])} from the cut one)"
        )


@dataclass(frozen=True)
class Compared:
    """What differs: feature -> pairs; "" stands for who is in the population."""

    differing: dict[str, Pairs]

    def joined(self, other: "Compared") -> "Compared":
        """Both; what differs in the first stands."""
        return Compared({**other.differing, **self.differing})


def compared(
    rows: "pd.DataFrame", cut: "pd.DataFrame", features: FeatureSet, *, facts_only: bool = False
) -> Compared:
    """Hold the features of `rows` against those of `cut`, which has the number of a row in `pair`.

    With `facts_only` only features of facts about items are held: of the others the own events say all.
    """
    there = cut["pair"].to_numpy(dtype=np.int64)
    found: dict[str, Pairs] = {}
    if len(there) < len(rows):
        found[""] = Pairs(len(rows), len(rows) - len(there))
    kept = rows.iloc[there]
    for feature in features:
        if feature.name not in rows or (facts_only and not feature.facts):
            continue
        whole, known = (_numbers(frame[feature.name]) for frame in (kept, cut))
        differs = ~same_columns(whole, known, is_close(feature))
        if differs.any():
            first = int(np.argmax(differs))
            row = kept.iloc[first]
            found[feature.name] = Pairs(
                compared=len(there),
                different=int(differs.sum()),
                first={
                    "entity": str(row["entity"]),
                    "anchor": row["anchor"].isoformat(),
                    "whole": _json(whole[first]),
                    "cut": _json(known[first]),
                },
            )
    return Compared(found)


def _numbers(column: "pd.Series") -> NDArray[np.float64]:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _json(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _shown(value: float | None) -> str:
    return "null" if value is None else f"{value:g}"
