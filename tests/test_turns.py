"""The turns that processes of pytest take: what is said of files is true of the files that there are."""

from pathlib import Path

from turns import LONGEST, SPARK, turn_of

TESTS = Path(__file__).parent


def test_what_takes_long_is_there() -> None:
    assert len(set(LONGEST)) == len(LONGEST)
    assert [file for file in LONGEST if file != SPARK and not (TESTS.parent / file).is_file()] == []


def test_who_asks_for_a_spark_stays_with_the_others_that_do() -> None:
    """So that one process starts one."""
    files = [path.relative_to(TESTS.parent).as_posix() for path in TESTS.rglob("test_*.py")]
    asking = [file for file in files if {"spark_session", "spark_warehouse"} & _words(file)]
    assert len(asking) > 5
    assert {turn_of(f"{file}::test_one") for file in asking if file != "tests/test_turns.py"} == {SPARK}


def _words(file: str) -> set[str]:
    text = (TESTS.parent / file).read_text(encoding="utf-8")
    return set(text.replace("(", " ").replace(":", " ").replace('"', " ").split())
