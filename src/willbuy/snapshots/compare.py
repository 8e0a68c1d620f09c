"""Snapshots of one log made twice, by two engines or before and after a move: the same rows, the same bits."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from willbuy.snapshots.sameness import is_close, same_columns
from willbuy.snapshots.store import Snapshots
from willbuy.snapshots.tally import FIRST, Mismatch, Tally

if TYPE_CHECKING:
    import pandas as pd

ROW = "(row)"
"""What stands for "has a row at this anchor" among the features."""


def compare_snapshots(one: Snapshots, other: Snapshots) -> Tally:
    """Compare rows, labels and features, an anchor at a time. `first` holds the earliest differences.

    A row is an entity at an anchor; of a session task its session after its k-th event.
    """
    tally = Tally()
    there = [{anchor.moment for anchor in made.anchors} for made in (one, other)]
    for moment in sorted(there[0] | there[1]):
        if moment in there[0] and moment in there[1]:
            compare_frames(one.frame([moment]), other.frame([moment]), one, tally)
        else:
            frame = (one if moment in there[0] else other).frame([moment])
            _lonely(frame, tally, moment in there[0])
    return tally


def compare_frames(one: "pd.DataFrame", other: "pd.DataFrame", made: Snapshots, tally: Tally) -> None:
    """Compare the rows of an anchor as `Snapshots.frame` gives them; `made` says which columns there are."""
    keys = ["entity", "anchor", *(name for name in made.extra if name in ("session", "k"))]
    places = [_places(frame, keys) for frame in (one, other)]
    both = [key for key in places[0] if key in places[1]]
    _lonely(one[[key not in places[1] for key in places[0]]], tally, True)
    _lonely(other[[key not in places[0] for key in places[1]]], tally, False)
    kept = [
        frame.iloc[[place[key] for key in both]] for frame, place in zip((one, other), places, strict=True)
    ]
    tally.checked += len(both)
    tally.count(ROW, len(both), [])
    close = {feature.name: is_close(feature) for feature in made.features}
    for name in ("label", *(name for name in made.extra if name not in keys), *close):
        columns = [frame[name].to_numpy() for frame in kept]
        differs = np.flatnonzero(~_same(columns, close.get(name, False)))
        tally.count(name, len(both), _mismatches(kept[0], name, columns, differs))


def told(tally: Tally) -> str:
    """What differs, in a sentence; of the first difference by entity, moment and feature."""
    if not tally.first:
        return f"{tally.checked:,} rows of {len(tally.compared) - 1} columns are the same"
    first, number = tally.first[0], sum(tally.mismatches.values())
    return (
        f"{number:,} values differ in {tally.checked:,} rows; the first is {first.feature} of {first.entity} at "
        f"{first.moment}: {first.batch!r} and {first.live!r}"
    )


def _places(frame: "pd.DataFrame", keys: Sequence[str]) -> dict[tuple[Any, ...], int]:
    """The place of each row by its keys, and the number among rows of the same keys, of which there should be one."""
    seen = Counter[tuple[Any, ...]]()
    found = {}
    for place, row in enumerate(zip(*(frame[name].tolist() for name in keys), strict=True)):
        found[(*row, seen[row])] = place
        seen[row] += 1
    return found


def _lonely(frame: "pd.DataFrame", tally: Tally, of_one: bool) -> None:
    """Count rows that only one of the two has."""
    found = [
        Mismatch(entity, moment.to_pydatetime(), ROW, of_one, not of_one)
        for entity, moment in zip(frame["entity"], frame["anchor"], strict=True)
    ]
    tally.checked += len(found)
    tally.count(ROW, len(found), found)


def _same(columns: Sequence[NDArray[Any]], close: bool) -> NDArray[np.bool_]:
    one, other = columns
    if object in (one.dtype, other.dtype):
        return np.array([a == b for a, b in zip(one, other, strict=True)], dtype=bool)
    return same_columns(one, other, close)


def _mismatches(
    rows: "pd.DataFrame", name: str, columns: Sequence[NDArray[Any]], differs: NDArray[np.int64]
) -> list[Mismatch]:
    found: list[Mismatch] = []
    for place in differs.tolist():
        moment: datetime = rows["anchor"].iloc[place].to_pydatetime()
        values = [column[place].item() if len(found) < FIRST else None for column in columns]
        found.append(Mismatch(str(rows["entity"].iloc[place]), moment, name, values[0], values[1]))
    return found
