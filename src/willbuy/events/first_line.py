"""The first line of a text source, which may be its header, and what is left of the block that it began."""

from dataclasses import replace
from pathlib import Path

from willbuy.errors import SourceError
from willbuy.events.blocks import Block
from willbuy.events.fields import split_line


def first_line(path: Path, block: Block, delimiter: str) -> tuple[list[str], Block]:
    """The fields of the first line that is not blank, and the block without it and the blank ones before.

    Raises SourceError where there is none, or it cannot be split.
    """
    lines = block.data.split(b"\n", 100)[:-1]
    plain = [line.partition(block.separator.encode())[2] if block.faults else line for line in lines]
    at = next((number for number, line in enumerate(plain) if line), None)
    if at is None:
        raise SourceError(f"{path} begins with nothing but blank lines. Nothing was kept.")
    if b"\\x00" in plain[at]:
        raise SourceError(
            f"{path}: the first line holds NUL bytes. Is it UTF-16? Then declare source.encoding = 'utf-16-le'."
        )
    names = split_line(plain[at].decode(), delimiter)
    if names is None:
        raise SourceError(f"{path}: a quote in the header line is not closed. Nothing was kept.")
    taken = sum(len(line) + 1 for line in lines[: at + 1])
    left = block.lines - at - 1
    rest = replace(block, data=block.data[taken:], first_line=block.first_line + at + 1, lines=left)
    return names, rest
