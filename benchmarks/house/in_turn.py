"""Loads of short slices in turn: where two sides differ by less than a machine's mood, each must meet the same moods."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Load = Callable[[], dict[str, Any]]


def in_turn(sides: Mapping[str, Load], slices: int) -> dict[str, dict[str, Any]]:
    """Run each side so many times, every other time in the reverse order, and join the slices of each.

    >>> asked = []
    >>> one = {"answers": 2, "wall": 1.0, "cpu_us": 10.0, "seconds": {"p50": 0.1}}
    >>> sides = {name: lambda name=name: asked.append(name) or one for name in "ab"}
    >>> in_turn(sides, 2)["a"]["answers"], asked
    (4, ['a', 'b', 'b', 'a'])
    """
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in sides}
    for number in range(slices):
        for name in list(sides)[:: 1 if number % 2 == 0 else -1]:
            found[name].append(sides[name]())
    return {name: joined(some) for name, some in found.items()}


def joined(slices: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Slices of one load as one: sums, CPU by answer, and of the times the medians over the slices.

    >>> a = {"answers": 1, "wall": 1.0, "cpu_us": 40.0, "seconds": {"p50": 0.1}}
    >>> b = {"answers": 3, "wall": 1.0, "cpu_us": 20.0, "seconds": {"p50": 0.3}}
    >>> joined([a, b])["per_second"], joined([a, b])["cpu_us"], joined([a, b])["seconds"]
    (2.0, 25.0, {'p50': 0.2})
    """
    answers, wall = (sum(one[what] for one in slices) for what in ("answers", "wall"))
    return {
        "answers": answers,
        "wall": wall,
        "per_second": answers / wall,
        "cpu_us": sum(one["cpu_us"] * one["answers"] for one in slices) / answers,
        "seconds": {
            share: statistics.median(one["seconds"][share] for one in slices)
            for share in slices[0]["seconds"]
        },
    }
