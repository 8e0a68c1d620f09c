"""Rows that stand more than once: counts repeat, so that a shop's rows are often a few thousand different ones."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.floating[Any]]
WORTH = 0.7  # with more different ones than this share of the rows, picking them out costs more than it saves
SPARSE, FEWEST = 16, 4096  # every 16th row is looked at first, but no fewer than about 4,096
_ODD = 0x9E3779B97F4A7C15  # its powers are odd too, and no sum of a few small multiples of them is 0


def distinct_rows(rows: Rows) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
    """Where each different row stands first, and which of these each row is: `rows[first][which]` are the rows.

    None where the rows hardly repeat. Rows are the same where their bits are. A sixteenth of the rows tells whether it is
    worth looking at all of them.

    >>> first, which = distinct_rows(np.array([[1.0, np.nan], [2.0, 0.0], [1.0, np.nan], [2.0, 0.0]]))
    >>> first.tolist(), which.tolist()
    ([0, 1], [0, 1, 0, 1])
    """
    if len(rows) < 2 or not rows.shape[1] or not _may_repeat(rows):
        return None
    hashes = _hashes(rows)
    order = np.argsort(hashes, kind="stable")  # with many equal ones five times as fast as the default
    in_order = hashes[order]
    starts = np.flatnonzero(np.concatenate(([True], in_order[1:] != in_order[:-1])))
    if len(starts) > WORTH * len(rows):
        return None
    first = order[starts]
    group = np.empty(len(rows), dtype=np.intp)
    group[order] = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(rows))))
    by_row = np.argsort(first)  # the rows' order, whatever the hashes
    place = np.empty_like(by_row)
    place[by_row] = np.arange(len(by_row))
    first, which = first[by_row], place[group]
    bits = np.ascontiguousarray(rows).view(f"u{rows.dtype.itemsize}")
    same = (bits[first][which] == bits).all()  # where two rows share a hash they are never mixed
    return (first, which) if same else None


def _may_repeat(rows: Rows) -> bool:
    """Whether a part of the rows repeats as much as it would if WORTH of all rows were different, and a little less.

    Of n rows with d different ones, m picked ones hold about m / 2d repeats each (as birthdays do); more where some
    rows are more frequent than others.
    """
    picked = rows[:: max(1, min(SPARSE, len(rows) // FEWEST))]
    different = 1 + np.count_nonzero(np.diff(np.sort(_hashes(picked))))
    expected = len(picked) / (2 * WORTH * len(rows))
    return bool(len(picked) - different >= 0.7 * min(1.0 - WORTH, expected) * len(picked))


def _hashes(rows: Rows) -> NDArray[np.uint64]:
    """A hash of each row: its values as float32, two to a number of 64 bits, times odd numbers that none share."""
    count, width = rows.shape
    singles = np.zeros((count, width + width % 2), dtype=np.float32)
    with np.errstate(over="ignore"):  # what is too large is infinite here, and found out later
        singles[:, :width] = rows
    # Small whole numbers differ in the high bits of a float alone, and a product passes nothing down
    pairs = singles.view(np.uint64).byteswap(inplace=True)
    odd = np.array([pow(_ODD, place, 1 << 64) for place in range(1, 2 * pairs.shape[1] + 1)], dtype=np.uint64)
    hashes: NDArray[np.uint64] = pairs @ odd[::2]
    pairs >>= np.uint64(32)
    hashes += pairs @ odd[1::2]
    return hashes
