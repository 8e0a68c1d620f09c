"""Spans of a file hold its lines, each once and by its number, wherever the file is cut."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.events import spans
from willbuy.events.blocks import read_blocks
from willbuy.events.streams import HashingFile

LINES = st.lists(st.sampled_from(["", "a", '"b', 'c,"d"', "é" * 9, "x" * 40]), min_size=1, max_size=30)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def lines_of(path: Path, span: spans.Span) -> list[tuple[int, bytes]]:
    with HashingFile(path, span.start, span.end) as file:
        found = []
        for block in read_blocks(file, path, "utf-8", 64, span.first_line):
            found += list(enumerate(block.data.split(b"\n")[:-1], block.first_line))
        return found


@given(
    lines=st.lists(st.tuples(LINES, ENDS), min_size=1, max_size=4),
    size=st.integers(1, 200),
    chunk=st.integers(1, 50),
)
def test_every_line_lies_in_one_span(
    lines: list[tuple[list[str], str]], size: int, chunk: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("spans") / "log.csv"
    content = "".join(line + end for some, end in lines for line in some).encode()
    path.write_bytes(content)
    chunks = (content[at : at + chunk] for at in range(0, len(content), chunk))
    found = list(spans._limits(chunks, size))
    assert found[0].start == 0
    assert found[-1].end == len(content)
    assert all(one.end == other.start for one, other in pairwise(found))
    assert [line for span in found for line in lines_of(path, span)] == lines_of(path, spans.Span(0, 0, None))
