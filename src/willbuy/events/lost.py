"""Rows that bronze cannot give back: which, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_NAMED = 5


@dataclass(frozen=True)
class LostPart:
    """Rows that are lost with a file of bronze, and why.

    Where a file holds a span of one source, `path` is the source and `first_line` the first of its lines; where it holds rows
    of a date, whatever their source, `path` is the date and `first_line` None.
    """

    path: str
    first_line: int | None
    lines: int
    file: str
    reason: str

    def sentence(self) -> str:
        """The rows in words.

        >>> LostPart("a.csv", 2, 100, "part-0.parquet", "the file is gone").sentence()
        'lines 2 to 101 of a.csv (part-0.parquet: the file is gone)'
        >>> LostPart("2026-03-01", None, 70, "part-0.parquet", "the file is gone").sentence()
        '70 lines of 2026-03-01 (part-0.parquet: the file is gone)'
        """
        which = (
            f"{self.lines:,} lines"
            if self.first_line is None
            else f"lines {self.first_line:,} to {self.first_line + self.lines - 1:,}"
        )
        return f"{which} of {self.path} ({self.file}: {self.reason})"


def told(lost: Sequence[LostPart]) -> str:
    """What is lost, and what to do about it."""
    named = [part.sentence() for part in lost[:MOST_NAMED]]
    more = f", and {len(lost) - MOST_NAMED:,} parts more" if len(lost) > MOST_NAMED else ""
    return (
        f"bronze has lost {sum(part.lines for part in lost):,} lines: {'; '.join(named)}{more}. Nothing was changed. Put the "
        "files back from a backup; or go on without those rows, willbuy rebuild --without-lost, and ingest their sources "
        "again where they are there still"
    )
