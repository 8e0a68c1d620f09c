"""Rows of a table to be scored, a chunk at a time: coded as the model's columns say; rows that cannot be are refused."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from willbuy.errors import InputError, NotEnoughData, printable
from willbuy.models.prepare import Column
from willbuy.models.rows import Floats
from willbuy.scoring.chunk import CHUNK
from willbuy.scoring.output import in_chunks
from willbuy.shop import Table
from willbuy.tables.coded import coded
from willbuy.tables.refused import Refused
from willbuy.tables.texts import Texts

CELLS = 1_000_000  # texts in flight at once


class TableChunk(NamedTuple):
    """Rows (n, columns) as the model reads them, and their ids: those of the id column, or the lines of the file."""

    rows: Floats
    ids: list[str]


@dataclass
class TableRowsToScore:
    """The rows of one file. What was read, refused and not seen before is counted on the way."""

    path: Path
    table: Table
    columns: tuple[Column, ...]
    texts: Texts
    read: int = 0
    rejected: Counter[str] = field(default_factory=Counter)  # rule -> rows
    unseen: Counter[str] = field(
        default_factory=Counter
    )  # category -> rows with a value that it does not have
    first_rejected: str = ""

    def open(self) -> None:
        """Read the file's texts. Raises SourceError where it is no such file or lacks a column, with the nearest name."""
        own = [self.table.id] if self.table.id else []
        self.texts.read([self.path], list(dict.fromkeys([*own, *(column.name for column in self.columns)])))
        for fault in self.texts.faults():
            self.read += 1  # sound rows are counted as they are coded
            self._refuse(fault.rule, fault.line, "the line itself", fault.raw)

    @property
    def ignored(self) -> list[str]:
        """Columns of the file that the model does not read."""
        return [name for name in self.texts.header if name and name not in self.texts.names]

    def chunks(self) -> Iterator[TableChunk]:
        """The accepted rows in the file's order."""
        listed = ", ".join(f"c{place}" for place in range(len(self.texts.names)))
        rows = "SELECT line, " + listed + " FROM texts WHERE fault IS NULL"
        size = max(2048, min(CHUNK, CELLS // max(1, len(self.texts.names))))
        for frame in in_chunks(self.texts.warehouse, rows, size):
            self.read += len(frame)
            yield self._coded(frame)

    def check(self) -> None:
        """Raise where nothing was read, or more than half of it was refused: then the file is not what is declared."""
        if not self.read:
            raise NotEnoughData(f"{self.path.name} holds no row: there is nothing to score")
        refused = self.rejected.total()
        if 2 * refused > self.read:
            rules = ", ".join(f"{count:,} by the rule {rule}" for rule, count in self.rejected.most_common())
            raise InputError(
                f"{self.path.name}: {refused:,} of {self.read:,} rows were refused, {rules}. The first is {self.first_rejected}."
                " Nothing was written. Bring the columns as they were in training, or train again with other roles"
            )

    def _coded(self, frame: Any) -> TableChunk:
        places = {name: f"c{place}" for place, name in enumerate(self.texts.names)}
        of_name = {name: _texts(frame[place].tolist()) for name, place in places.items()}
        refused = Refused(len(frame))
        if self.table.id:
            without = np.array([text is None for text in of_name[self.table.id]], dtype=np.bool_)
            refused.mark(without, "id_missing", self.table.id, of_name[self.table.id])
        decimal = self.table.decimal or "."
        codes = [coded(column, of_name[column.name], decimal, refused) for column in self.columns]
        kept = refused.kept
        lines = frame["line"].to_numpy()
        for row, (rule, name, value) in sorted(refused.found.items()):
            self._refuse(rule, int(lines[row]), printable(name), value)
        rows = np.column_stack(codes)[kept]
        for number, column in enumerate(self.columns):
            if column.role == "category" and (strange := int((rows[:, number] == -1).sum())):
                self.unseen[column.name] += strange
        ids = of_name[self.table.id] if self.table.id else [str(line) for line in lines.tolist()]
        return TableChunk(rows, [str(one) for one, keep in zip(ids, kept, strict=True) if keep])

    def _refuse(self, rule: str, line: int, where: str, value: str | None) -> None:
        self.rejected[rule] += 1
        if not self.first_rejected:
            self.first_rejected = f"line {line}, {where}: {printable(repr(value or ''), 60)}"


def _texts(found: list[Any]) -> list[str | None]:
    """Texts; what pandas has for null, and the empty text, as None."""
    return [text if isinstance(text, str) and text else None for text in found]
