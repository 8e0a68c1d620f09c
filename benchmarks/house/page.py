"""Results as text: a table for the terminal, and the same as Markdown for docs/benchmarks.md."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- figures: written by `make bench` -->", "<!-- end of figures -->"


def table(rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with padded columns; the first row is the head.

    >>> print(table([("side", "CPU"), ("polars", "2.0 s")]))
    | side   | CPU   |
    |--------|-------|
    | polars | 2.0 s |
    """
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    head, *body = (
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    )
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([head, rule, *body])


def section(outcome: dict[str, Any]) -> str:
    """A benchmark's sides and claims as Markdown."""
    log, machine, agreed = outcome["log"], outcome["machine"], outcome["agreed"]
    sides = [("side", "wall s", "CPU s", "peak MB")]
    sides += [
        (side["name"], _spread(side["wall"]), _spread(side["cpu"]), f"{side['peak']['max'] / 1e6:,.0f}")
        for side in outcome["sides"]
    ]
    claims = [("bar", "found", "single repetitions", "asked", "met")]
    claims += [
        (
            claim["text"],
            f"{claim['value']:.2f} {claim['unit']}",
            f"{claim['range'][0]:.2f} to {claim['range'][1]:.2f}",
            f"{claim['sense']} {claim['bar']:g} {claim['unit']}",
            "yes" if claim["passed"] else "NO",
        )
        for claim in outcome["claims"]
    ]
    repeats = len(outcome["sides"][0]["samples"])
    loads = [sample["load"] for side in outcome["sides"] for sample in side["samples"]]
    return "\n\n".join(
        [
            f"### {outcome['title']}",
            f"{log['words']}; {repeats} repetitions in alternating order; "
            f"{machine['cores']} cores, load {min(loads):.1f} to {max(loads):.1f}; DuckDB {machine['duckdb']}, "
            f"polars {machine['polars']}, pandas {machine['pandas']}. All sides gave "
            + ", ".join(f"{key} {_said(value)}" for key, value in agreed.items())
            + ".",
            table(sides),
            table(claims),
        ]
    )


def write_into(page: Path, sections: Sequence[str], marks: tuple[str, str] = (BEGIN, END)) -> None:
    """Put the sections between two marks of the page. Raises ValueError where a mark is missing."""
    begin, end = marks
    text = page.read_text(encoding="utf-8")
    if begin not in text or end not in text:
        raise ValueError(f"{page} lacks the marks {begin!r} and {end!r} between which the figures stand")
    before, rest = text.split(begin, 1)
    _, after = rest.split(end, 1)
    page.write_text("\n\n".join([before + begin, *sections, end + after]), encoding="utf-8")


def _spread(values: dict[str, float]) -> str:
    return f"{values['median']:.2f} ({values['min']:.2f} to {values['max']:.2f})"


def _said(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value}"
