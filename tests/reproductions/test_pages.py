"""What README says of the published systems is what `willbuy reproduce` wrote into the page of results."""

import re
from pathlib import Path

import pytest

from willbuy.reproductions import SYSTEMS

ROOT = Path(__file__).resolve().parent.parent.parent
RESULTS = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
ROWS = dict(
    re.findall(r"^\| `(\w+)` \|(.*)\|$", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
)


def part(system: str) -> str:
    """The part of the page that the command writes."""
    marks = (f"<!-- part: reproduce {system} -->", f"<!-- end: reproduce {system} -->")
    assert all(RESULTS.count(mark) == 1 for mark in marks)
    return RESULTS.split(marks[0])[1].split(marks[1])[0]


def test_every_row_is_of_a_system() -> None:
    assert ROWS
    assert set(ROWS) <= set(SYSTEMS)


@pytest.mark.parametrize("system", sorted(ROWS))
def test_every_figure_of_a_row_stands_in_the_part(system: str) -> None:
    figures = re.findall(r"\d+\.\d+", ROWS[system])
    assert figures
    assert [figure for figure in figures if figure not in part(system)] == []
