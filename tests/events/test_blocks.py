"""Blocks of whole lines: the same lines wherever the chunks of a file end."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.errors import SourceError
from willbuy.events import blocks, streams
from willbuy.events.blocks import Block, read_blocks
from willbuy.events.streams import HashingFile

PIECES = st.lists(
    st.sampled_from([b"a", b"\xc3\xa9", b"\xff", b"\0", b"\n", b"\r", b"\r\n", b'"', b",", b"\x01"]),
    max_size=40,
)


def lines_of(found: list[Block]) -> list[tuple[int, str, str]]:
    """(line, fault, text) of every line of the blocks."""
    lines = []
    for block in found:
        texts = block.data.decode("utf-8").split("\n")[:-1]
        assert len(texts) == block.lines
        for number, text in enumerate(texts, block.first_line):
            fault, _, rest = text.partition(block.separator) if block.faults else ("", "", text)
            lines.append((number, fault, rest))
    return lines


def meaning(content: bytes) -> list[tuple[int, str, str]]:
    plain = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines = plain.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    found = []
    for number, line in enumerate(lines, 1):
        text = line.decode("utf-8", "backslashreplace")
        fault = "not_utf8" if b"\xff" in line else "nul" if b"\0" in line else ""
        found.append((number, fault, text.replace("\0", "\\x00")))
    return found


@given(pieces=PIECES, chunk=st.integers(1, 9), size=st.integers(1, 30))
def test_lines_do_not_depend_on_where_chunks_end(
    pieces: list[bytes], chunk: int, size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = b"x" + b"".join(pieces)
    path = tmp_path_factory.mktemp("blocks") / "log.csv"
    path.write_bytes(content)

    def small_chunks(file: HashingFile, _: Path) -> Iterator[bytes]:
        yield from iter(lambda: file.read(chunk), b"")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams, "_decompressed", small_chunks)
        file = HashingFile(path)
        found = list(read_blocks(file, path, "utf-8", size))
        file.close()
    assert lines_of(found) == meaning(content)
    assert [block.first_line for block in found] == [1, *(block.next_line for block in found[:-1])][
        : len(found)
    ]


def test_a_long_line_is_marked_and_a_longer_one_refuses_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "LONGEST_LINE", 100)
    monkeypatch.setattr(blocks, "LONGEST_READ", 1000)
    path = tmp_path / "log.csv"
    path.write_bytes(b"a\n" + b"x" * 101 + b"\n" + b"y" * 100 + b"\n")
    assert [
        (fault, len(text))
        for _, fault, text in lines_of(list(read_blocks(HashingFile(path), path, "utf-8", 50)))
    ] == [
        ("", 1),
        ("line_too_long", 101),
        ("", 100),
    ]
    path.write_bytes(b"a\n" + b"x" * 2000)
    with pytest.raises(SourceError, match="line is longer than"):
        list(read_blocks(HashingFile(path), path, "utf-8", 50))
