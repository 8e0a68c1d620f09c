"""Reconstruction: does a sum, a difference or a rounded product of features give the label back?

The idea: whoever did not buy has `purchases = 0`. If purchases can be rebuilt from other columns, then some weighted sum
of these columns is 0 in every row that did not buy and more than 0 in those that did. Such sums are the null space of the
table of those who did not buy, less the sums that are 0 for everybody (which are mere repetition). One singular value
decomposition finds whether there is one; terms are then left out one by one until nothing more can go.

A few rows may break the formula (a ratio with nothing under it, a corrected entry): it is looked for in all rows, then in
smaller and smaller draws that may miss those few, and always held against all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from willbuy.doctor.alone import Floats
from willbuy.doctor.terms import Term, matrix, terms_of

# Shares that a formula must get right: of all rows; of buyers, and of those that it says buy
RIGHT, OF_BUYERS = 0.98, 0.9
# Rows of each draw: a small one may miss the rows that break a formula
DRAWS = (20_000, *(4000,) * 2, *(1000,) * 4, *(300,) * 6)
# Singular values of rows scaled to 1: of a sum that is 0 in all rows, and of one that is not in some
ZERO, SEEN = 1e-9, 1e-5


@dataclass(frozen=True)
class Formula:
    """A weighted sum of terms that is above 0 where the label is 1, and 0 elsewhere."""

    weights: tuple[tuple[int, str], ...]
    constant: int
    columns: frozenset[str]
    rows_right: int
    rows: int
    precision: float
    recall: float

    @property
    def text(self) -> str:
        """The formula as it is printed, such as `total - views - round(ratio * views)`."""
        signed = sorted(self.weights, key=lambda part: part[0] < 0)
        parts = [(weight, name if abs(weight) == 1 else f"{abs(weight)} * {name}") for weight, name in signed]
        if self.constant:
            parts.append((self.constant, str(abs(self.constant))))
        text = " ".join(f"{'-' if weight < 0 else '+'} {part}" for weight, part in parts)
        return text.removeprefix("+ ")

    @property
    def claim(self) -> str:
        """What is so where the label is 1."""
        return f"{self.text} is above 0"

    @property
    def share_right(self) -> float:
        """The share of all rows in which `sum > 0` is the label."""
        return self.rows_right / self.rows


def reconstruct(
    columns: Mapping[str, NDArray[Any]], y: NDArray[Any], *, seed: int = 0, most: int = 5
) -> list[Formula]:
    """Formulas that rebuild the label, each from other columns: with the columns of one gone, is there another?

    `columns` are numeric, of shape (n,); a null counts as 0. `y` is 0 or 1. At most `most` formulas, the first found
    first; none where the label cannot be rebuilt.

    >>> views, carts, bought = np.array([3, 5, 2, 4, 6, 7]), np.array([1, 0, 2, 1, 3, 0]), np.array([0, 1, 0, 2, 0, 0])
    >>> table = {"all": views + carts + bought, "views": views, "carts": carts}
    >>> [found.text for found in reconstruct(table, bought > 0)]
    ['all - views - carts']
    """
    labels = np.asarray(y) != 0
    filled = {name: np.nan_to_num(np.asarray(values, dtype=np.float64)) for name, values in columns.items()}
    with threadpool_limits(limits=1):  # many small decompositions: threads would only wait for each other
        return _formulas(filled, labels, seed, most)


def _formulas(filled: dict[str, Floats], labels: NDArray[np.bool_], seed: int, most: int) -> list[Formula]:
    found: list[Formula] = []
    removed: list[frozenset[str]] = [frozenset()]
    tried: set[frozenset[str]] = set()
    while removed and len(found) < most:
        gone = removed.pop(0)
        if gone in tried:
            continue
        tried.add(gone)
        kept = {name: values for name, values in filled.items() if name not in gone}
        formula = _search(kept, labels, seed)
        if formula is not None:
            if formula.columns not in {other.columns for other in found}:
                found.append(formula)
            removed += [gone | {name} for name in sorted(formula.columns)]
    return found


def _search(columns: dict[str, Floats], labels: NDArray[np.bool_], seed: int) -> Formula | None:
    terms = terms_of(columns) if columns else []
    if not terms or labels.all() or not labels.any():
        return None
    table = matrix(terms)
    random = np.random.default_rng(seed)
    best: Formula | None = None
    for number, rows in enumerate(DRAWS):
        # Of several sums that vanish only some grow with the label: the terms are left out in one order, then in others
        order = random.permutation(table.shape[1]) if number else np.arange(table.shape[1])[::-1]
        formula = _from_draw(table, labels, terms, random, rows, order)
        if formula is not None and (best is None or formula.rows_right > best.rows_right):
            best = formula
        if best is not None and best.rows_right == best.rows:
            break
    return best


def _from_draw(
    table: Floats,
    labels: NDArray[np.bool_],
    terms: list[Term],
    random: np.random.Generator,
    rows: int,
    order: NDArray[np.int64],
) -> Formula | None:
    """A formula from one draw of rows, held against all of them."""
    scale = np.maximum(np.abs(table).max(axis=0), 1e-300)
    # The triangle of a QR decomposition has the same null space as all the rows it was made of
    others, buyers = (_triangle(_drawn(table, part, random, rows) / scale) for part in (~labels, labels))
    kept = _fewest(others, buyers, order)
    vector = _null_vector(others[:, kept], buyers[:, kept]) if kept else None
    if vector is None:
        return None
    weights = _whole_weights(vector / scale[kept])
    if weights is None:
        return None
    sums = table[:, kept] @ weights
    turn = np.sign(sums[labels].sum()) or 1.0
    return _judged(turn * sums, labels, turn * weights, kept, terms)


def _drawn(table: Floats, part: NDArray[np.bool_], random: np.random.Generator, rows: int) -> Floats:
    places = np.flatnonzero(part)
    size = min(len(places), max(rows, 3 * table.shape[1]))
    drawn: Floats = table[np.sort(random.choice(places, size, replace=False))]
    return drawn


def _triangle(rows: Floats) -> Floats:
    """The square triangle of the rows, filled up with zeros where they are few."""
    triangle = np.asarray(np.linalg.qr(rows / np.sqrt(len(rows)), mode="r"))
    return np.vstack([triangle, np.zeros((rows.shape[1] - len(triangle), rows.shape[1]))])


def _fewest(others: Floats, buyers: Floats, order: NDArray[np.int64]) -> list[int]:
    """The columns of a smallest sum that vanishes for those who did not buy and not for the buyers; [] without one.

    Columns are left out in `order`, as long as a sum remains.
    """
    if _null_vector(others, buyers) is None:
        return []
    kept = list(range(others.shape[1]))
    for column in order.tolist():
        fewer = [other for other in kept if other != column]
        if fewer and _null_vector(others[:, fewer], buyers[:, fewer]) is not None:
            kept = fewer
    return kept


def _null_vector(others: Floats, buyers: Floats) -> Floats | None:
    """A weighted sum (columns,) that is 0 for those who did not buy, and not for the buyers; None where there is none."""
    _, size, rows = np.linalg.svd(others, full_matrices=False)
    null = rows[size <= ZERO].T  # (columns, dimensions)
    if not null.shape[1]:
        return None
    _, size, rows = np.linalg.svd(buyers @ null, full_matrices=False)
    return np.asarray(null @ rows[0]) if size[0] > SEEN else None


def _whole_weights(vector: Floats) -> Floats | None:
    """The vector as small whole numbers; None where it is none."""
    least = np.abs(vector[np.abs(vector) > 1e-7 * np.abs(vector).max()]).min()
    parts = [Fraction(float(value / least)).limit_denominator(12) for value in vector]
    common = int(np.lcm.reduce([part.denominator for part in parts]))
    weights = np.array([float(part * common) for part in parts])
    small = np.abs(weights).max() <= 1000
    faithful = np.allclose(weights, vector / least * common, rtol=1e-3, atol=1e-3)
    return weights if small and faithful else None


def _judged(
    sums: Floats, labels: NDArray[np.bool_], weights: Floats, kept: list[int], terms: list[Term]
) -> Formula | None:
    said = sums > 0.5
    right, caught = int((said == labels).sum()), int((said & labels).sum())
    if not caught:
        return None
    named = [(int(weight), terms[place - 1]) for place, weight in zip(kept, weights, strict=True) if place]
    formula = Formula(
        weights=tuple((weight, term.text) for weight, term in named),
        constant=sum(int(weight) for place, weight in zip(kept, weights, strict=True) if not place),
        columns=frozenset().union(*(term.columns for _, term in named)),
        rows_right=right,
        rows=len(labels),
        precision=caught / int(said.sum()),
        recall=caught / int(labels.sum()),
    )
    good = formula.share_right >= RIGHT and min(formula.precision, formula.recall) >= OF_BUYERS
    return formula if good else None
