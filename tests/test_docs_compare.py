"""What a page may show differently from what a command prints, and what it may not."""

import pytest

from scripts.docs_compare import renewed, same

SAME = [
    ("", ""),
    ("a  b", "a b"),
    ("0.449 of 12", "0.47 of 12"),
    ("54.0 %", "56.1 %"),
    ("took 2 s, 1,000 rows/s", "took 31.5 s, 9 rows/s"),
    ("scored 12 as of ..., 3 at", "scored 12 as of 2015-09-18, 3 at"),
    ("...\nlast", "one\nlast"),
    ("first\n...", "first"),
    ("...\nb 2\n...\nd", "a\nb 2\nc\nd"),
]
OTHER = [
    ("", "x"),
    ("x", ""),
    ("0.449", "0.549"),
    ("54.0 %", "60.0 %"),
    ("12 rows", "13 rows"),
    ("2015-09-18", "2015-09-19"),
    ("+0.1", "-0.1"),
    ("use it", "do not use it"),
    ("a\nb", "a"),
    ("first\n...\nlast", "first\nmiddle"),
    ("...\nb 2\n...\nd", "a\nb 3\nc\nd"),
    ("id ... of 3", "id 17 of 4"),
]


@pytest.mark.parametrize(("shown", "printed"), SAME)
def test_still_true(shown: str, printed: str) -> None:
    assert same(shown, printed)


@pytest.mark.parametrize(("shown", "printed"), OTHER)
def test_no_longer_true(shown: str, printed: str) -> None:
    assert not same(shown, printed)


def test_what_is_renewed_keeps_what_is_left_out() -> None:
    shown = "start\n...\nread 100 rows, 3 bad\n...\nfile ... done\n...\nAP 0.30\nend in 3 s"
    printed = "start\nx\ny\nread 120 rows, 4 bad\nz\nfile 0af3 done\nAP 0.31\nend in 4 s"
    assert "\n".join(renewed(shown, printed)) == (
        "start\n...\nread 120 rows, 4 bad\n...\nfile ... done\n...\nAP 0.31\nend in 4 s"
    )


def test_what_is_still_true_stays_as_it_is() -> None:
    assert renewed("AP 0.30 in 3 s\n...", "AP 0.31 in 9 s\nmore") == ["AP 0.30 in 3 s", "..."]
