"""docs/engines.md is made by trying everything; here, without a run, that it leaves nothing out and says what the code says."""

import pytest

from scripts.engines import PAGE, page, said_before, unnamed
from scripts.engines_agreed import disagreements
from scripts.engines_bench import ENGINES
from willbuy.warehouse.lacking import LACKING


def test_every_command_and_every_class_of_features_is_tried() -> None:
    assert unnamed() == []


def test_the_page_says_what_the_code_says() -> None:
    assert disagreements(PAGE.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("changed", "to", "says"),
    [
        ("| `score` |", "| `scores` |", "`score`, the file, byte by byte: no such row"),
        ("| every number of the page | works |", "| every number of the page | **gap** (99) |", "a gap that the code does not declare"),
        ("| every number of the page | works |", "| every number of the page |", "`explore`: 2 cells for 3 engines"),
        ("| every number of the page | works |", "| every number of the page | perhaps |", "explore on duckdb: 'perhaps'"),
    ],
)  # fmt: skip
def test_a_silent_gap_is_found(changed: str, to: str, says: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert changed in text
    assert any(says in line for line in disagreements(text.replace(changed, to)))


@pytest.mark.parametrize(("command", "engine"), LACKING)
def test_a_gap_that_the_page_hides_is_found(command: str, engine: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    hidden = "\n".join(
        line.replace("**gap**", "works") if line.startswith(f"| `{command}`") else line
        for line in text.splitlines()
    )
    assert any(line.startswith(f"{command} on {engine}: ") for line in disagreements(hidden))


def test_what_the_page_says_of_an_engine_is_kept_where_that_is_not_tried() -> None:
    jobs, features = said_before(list(ENGINES))
    assert page(list(ENGINES), features, [jobs[engine] for engine in ENGINES]) == PAGE.read_text(
        encoding="utf-8"
    )
