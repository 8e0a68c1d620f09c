"""Whether docs/engines.md says what the code declares, without running anything: every command, every class, every gap."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from scripts.engines_bench import ENGINES
from scripts.engines_features import examples_by_class
from scripts.engines_jobs import JOBS, NO_ENGINE
from willbuy.warehouse.lacking import LACKING

NEEDS = "it needs "
OPEN = re.compile(r"\*\*gap\*\* \((\d+)\)")


class Page(NamedTuple):
    """What the page says: the rows of its tables as (names, cells of the engines), and the reasons by number."""

    rows: Sequence[tuple[tuple[str, str], Sequence[str]]]
    reasons: Mapping[int, str]


def read(text: str) -> Page:
    """The page's rows and reasons.

    >>> page = read("| `score` | a file | same | **gap** (1) |\\n\\n## Gaps\\n\\n1. too slow\\n")
    >>> page.rows, page.reasons
    ([(('`score`', 'a file'), ['same', '**gap** (1)'])], {1: 'too slow'})
    """
    lines = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in text.splitlines()
        if line.startswith("| `")
    ]
    reasons = re.findall(r"^(\d+)\. (.*)$", text.partition("## Gaps")[2], flags=re.MULTILINE)
    return Page(
        [((cells[0], cells[1]), cells[2:]) for cells in lines],
        {int(number): reason for number, reason in reasons},
    )


def disagreements(text: str) -> list[str]:
    """What the page does not say as the code has it, a line each; none where they agree."""
    page = read(text)
    there = dict(page.rows)
    found = [f"{names[0]}, {names[1]}: no such row" for names in _wanted() if names not in there]
    found += [f"{names[0]}, {names[1]}: a row too many" for names in there if names not in set(_wanted())]
    for names, cells in page.rows:
        if len(cells) != len(ENGINES):
            found.append(f"{names[0]}: {len(cells)} cells for {len(ENGINES)} engines")
            continue
        command = names[0].strip("`")
        for engine, cell in zip(ENGINES, cells, strict=True):
            if wrong := _wrong(command, engine, cell, page.reasons):
                found.append(f"{command} on {engine}: {wrong}")
    return found


def _wanted() -> Iterator[tuple[str, str]]:
    """The rows that must be there: jobs, commands that ask no engine, and classes of features."""
    yield from ((f"`{job.command}`", job.words) for job in JOBS)
    yield from ((f"`{name}`", why) for name, why in NO_ENGINE.items())
    yield from ((f"`{key}`", names) for key, names in examples_by_class().items())


def _wrong(command: str, engine: str, cell: str, reasons: Mapping[int, str]) -> str:
    """What is wrong with a cell; a gap is right where the code refuses in those words, or where what it needs is one."""
    declared = LACKING.get((command, engine))
    gap = OPEN.fullmatch(cell)
    if gap is None:
        return "it is refused, and stands there as no gap" if declared else _unknown(cell)
    reason = reasons.get(int(gap[1]), "")
    if declared:
        return "" if declared in reason else "it is refused in other words than the page's"
    if reason.startswith(NEEDS) and (reason.removeprefix(NEEDS), engine) in LACKING:
        return ""
    return f"a gap that the code does not declare: {reason or 'without a reason'}"


def _unknown(cell: str) -> str:
    return "" if cell in ("same", "works", "every bit", "to 1e-9", "no engine asked") else f"{cell!r}"
