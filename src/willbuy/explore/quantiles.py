"""Quantiles and shares of counted values: a histogram is all that is needed, however many rows it stands for."""

from collections.abc import Mapping


def quantile(counts: Mapping[int, int], share: float) -> int | None:
    """The least value that at least this share of the counted rows do not exceed; None where nothing was counted.

    >>> quantile({1: 90, 5: 9, 100: 1}, 0.5), quantile({1: 90, 5: 9, 100: 1}, 0.99), quantile({}, 0.5)
    (1, 5, None)
    """
    total = sum(counts.values())
    reached = 0
    for value in sorted(counts):
        reached += counts[value]
        if reached >= share * total - 1e-9:
            return value
    return None


def share_of_the_top(counts: Mapping[int, int], top: int) -> float | None:
    """The share of the sum of all values that the `top` greatest rows make up; None where the sum is 0.

    `counts` says how many rows have each value, none of them below 0.

    >>> share_of_the_top({1: 9, 91: 1}, 1)
    0.91
    """
    total = sum(value * number for value, number in counts.items())
    if total == 0:
        return None
    held, left = 0, top
    for value in sorted(counts, reverse=True):
        taken = min(counts[value], left)
        held, left = held + value * taken, left - taken
    return held / total


def fewest_that_make(counts: Mapping[int, int], share: float) -> int:
    """The least number of rows whose values add up to this share of the sum of all.

    >>> fewest_that_make({1: 9, 91: 1}, 0.5), fewest_that_make({1: 10}, 0.5), fewest_that_make({}, 0.5)
    (1, 5, 0)
    """
    wanted = share * sum(value * number for value, number in counts.items())
    rows = 0
    for value in sorted(counts, reverse=True):
        if wanted <= 1e-9 or value <= 0:
            break
        needed = min(counts[value], -int(-(wanted - 1e-9) // value))
        rows, wanted = rows + needed, wanted - needed * value
    return rows
