"""What stays when answers have been deleted: by day and version how many, their mean, and their histogram.

A day is a UTC day. The histogram's bins are equally wide in log-odds, half a unit each, because most probabilities of a
shop are small: 40 bins from -10 to 10, the first and the last without an end. Entities do not stand in it.
"""

import math
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from willbuy.store.predictions.file import log_file, open_to_read

BINS = 40
HALF = BINS // 2
EDGES = tuple(1 / (1 + math.exp(-number / 2)) for number in range(1 - HALF, HALF))
"""The 39 inner edges of the bins, as probabilities; an edge belongs to the bin above it."""

DAY = 86_400_000_000
Cell = tuple[int, int, int, int]  # day, version, 1 of a shadow, bin
ADD = """
INSERT INTO days VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (day, version_key, shadow, bin)
DO UPDATE SET answers = answers + excluded.answers, total = total + excluded.total
"""


_CELLS = "SELECT day, version, shadow, bin, answers, total FROM days JOIN versions USING (version_key) ORDER BY 1, 2, 3"


class DayOfAnswers(NamedTuple):
    """A version's answers of a UTC day, or what a shadow would have answered: how many, their mean, counts by bin."""

    day: date
    version: str
    shadow: bool
    answers: int
    mean: float
    histogram: tuple[int, ...]


def bin_of(probability: float) -> int:
    """The bin of a probability.

    >>> bin_of(0.0), bin_of(0.5), bin_of(0.9999), bin_of(1.0)
    (0, 20, 38, 39)
    """
    if probability <= 0.0:
        return 0
    if probability >= 1.0:
        return BINS - 1
    odds = math.floor(2 * math.log(probability / (1 - probability)))
    return min(max(odds + HALF, 0), BINS - 1)


def add_up(scores: Iterable[tuple[int, int, int, float]]) -> Iterator[tuple[int, int, int, int, int, float]]:
    """Rows for `ADD` from (microseconds, version, 1 of a shadow, probability); what is no number is left out."""
    cells: dict[Cell, list[float]] = {}
    for moment, version, shadow, probability in scores:
        if not math.isnan(probability):
            cells.setdefault((moment // DAY, version, shadow, bin_of(probability)), []).append(probability)
    return ((*cell, len(found), math.fsum(found)) for cell, found in cells.items())


def daily(home: Path) -> list[DayOfAnswers]:
    """Every day on which something was answered, by day, version and role. Raises WillbuyError where nothing was logged."""
    db = open_to_read(log_file(home))
    try:
        return list(of_cells(db.execute(_CELLS)))
    finally:
        db.close()


def of_cells(cells_of_days: Iterable[tuple[int, str, int, int, int, float]]) -> Iterator[DayOfAnswers]:
    """The days from their cells (day, version, 1 of a shadow, bin, answers, total)."""
    found: dict[tuple[int, str, int], list[tuple[int, int, float]]] = {}
    for day, version, shadow, number, answers, total in cells_of_days:
        found.setdefault((day, version, shadow), []).append((number, answers, total))
    for (day, version, shadow), cells in found.items():
        histogram = [0] * BINS
        for number, answers, _ in cells:
            histogram[number] = answers
        count = sum(histogram)
        mean = math.fsum(total for *_, total in cells) / count
        when = date(1970, 1, 1) + timedelta(days=day)
        yield DayOfAnswers(when, version, bool(shadow), count, mean, tuple(histogram))
