"""Read a table: its rows as numbers, and an account of every row."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import ShopError, printable
from willbuy.events.files import files_named
from willbuy.hashed_ids import Suppression
from willbuy.models.prepare.column import Column
from willbuy.shop import ColumnKeys, Table, TableShop
from willbuy.tables.coded import coded
from willbuy.tables.declared import column_of, inputs
from willbuy.tables.order import places
from willbuy.tables.outcome import check, rejected_rows, say
from willbuy.tables.refused import Refused
from willbuy.tables.rows import TableRows
from willbuy.tables.target import MISSING, UNKNOWN, labels
from willbuy.tables.texts import Texts


def read_table(
    shop: TableShop,
    files: Sequence[str | Path] | None = None,
    *,
    need_target: bool = True,
    columns: Sequence[Column] | None = None,
) -> TableRows:
    """Read the shop's table, or other `files` of its shape (relative to the working folder).

    With `need_target` false neither target nor order is read: rows to be scored have none. `columns` are those of a
    model (its bundle holds them): categories are coded by their values then, not by those that occur. Rows of whoever
    was erased are refused by the rule `erased`, without their id.

    Raises SourceError where a file cannot be read, a column is missing or more than half of the rows are refused,
    NotEnoughData where no row is left, or all are of one class.
    """
    reading = _Reading(shop.table, need_target, columns, Suppression(shop.home))
    with Texts(shop.table, shop.storage.memory, shop.storage.threads) as texts:
        paths = _paths(shop, files)
        texts.read(paths, reading.wanted)
        reading.take(texts)
        return reading.result(paths, texts)


def _paths(shop: TableShop, files: Sequence[str | Path] | None) -> list[Path]:
    names = [str(file) for file in files] if files else list(shop.table.files)
    if not names:
        raise ShopError('table.files is empty: name the table, such as files = ["sessions.csv"].')
    return files_named(names, Path() if files else shop.folder, "table.files")


class _Reading:
    """One reading of a table: column by column, so that texts are held for a few columns at a time only."""

    def __init__(
        self, table: Table, need_target: bool, columns: Sequence[Column] | None, erased: Suppression
    ) -> None:
        self.table = table
        self.erased = erased
        self.known = None if columns is None else {column.name: column for column in columns}
        self.keys: dict[str, ColumnKeys] = inputs(table) if columns is None else {}
        self.target = table.target if need_target else None
        self.order = table.order if need_target else None
        self.values: dict[str, NDArray[Any]] = {}
        self.columns: dict[str, Column] = {}
        self.unseen: dict[str, int] = {}
        self.notes: list[str] = []
        self.order_names: dict[int, str] = {}

    @property
    def inputs(self) -> list[str]:
        """The inputs that are used, in the order in which they are declared."""
        declared = self.keys if self.known is None else self.known
        return [name for name in declared if name in self.columns]

    @property
    def wanted(self) -> list[str]:
        """The columns that are read: what rows are refused for first comes first."""
        own = [self.target, self.table.id, self.order]
        declared = self.keys if self.known is None else self.known
        return list(dict.fromkeys([*(name for name in own if name is not None), *declared]))

    def take(self, texts: Texts) -> None:
        """Code every column, and refuse the rows that it finds wrong."""
        self.refused = Refused(texts.count("fault IS NULL"))
        self.file, self.line = texts.places()
        for name, found in texts.columns():
            if name == self.target:
                self._target(found)
            if name == self.table.id:
                self._entity(found)
            if name == self.order:
                self._order(found)
            self._input(name, found)

    def _target(self, texts: list[str | None]) -> None:
        found = labels(texts, self.table.buys, self.table.others)
        self.refused.mark(found == MISSING, "target_missing", self.table.target, texts)
        self.refused.mark(found == UNKNOWN, "target_unknown", self.table.target, texts)
        self.values["label"] = found

    def _entity(self, texts: list[str | None]) -> None:
        bad = np.fromiter((text is None for text in texts), dtype=np.bool_, count=len(texts))
        self.refused.mark(bad, "id_missing", str(self.table.id), texts)
        if self.erased.digests:
            gone = {text for text in set(texts) if text is not None and self.erased.holds(text)}
            marked = np.fromiter((text in gone for text in texts), dtype=np.bool_, count=len(texts))
            self.refused.mark(marked, "erased", str(self.table.id), [None] * len(texts))
        self.values["entity"] = np.array(texts, dtype=object)

    def _order(self, texts: list[str | None]) -> None:
        found, self.order_names = places(texts, str(self.order), self.table.order_values)
        self.refused.mark(found == MISSING, "order_missing", str(self.order), texts)
        self.refused.mark(found == UNKNOWN, "order_unknown", str(self.order), texts)
        self.values["order"] = found

    def _input(self, name: str, texts: list[str | None]) -> None:
        column = self._column(name, texts)
        if column is None:
            return
        codes = coded(column, texts, self.table.decimal or ".", self.refused)
        if (codes == -1).any() and column.role == "category":
            self.unseen[name] = int((codes == -1).sum())
        self.columns[name], self.values[name] = column, codes

    def _column(self, name: str, texts: list[str | None]) -> Column | None:
        if self.known is not None:
            return self.known.get(name)
        if name not in self.keys:
            return None
        column = column_of(name, self.keys[name], texts)
        if column is None:
            self.notes.append(
                f"{printable(name)} is not used: it has {len(set(texts)):,} different values, which makes it an id "
                "rather than a category."
            )
        return column

    def result(self, paths: Sequence[Path], texts: Texts) -> TableRows:
        """The accepted rows, and what became of the others."""
        import pandas as pd  # heavy, and only here

        kept = self.refused.kept
        rejected = rejected_rows(paths, texts.faults(), self.refused, self.file, self.line)
        read = self.refused.rows + texts.count("fault IS NOT NULL")
        counts = {"read": read, "accepted": int(kept.sum()), "rejected": len(rejected)}
        check(paths[0], counts, rejected)
        frame = pd.DataFrame({name: values[kept] for name, values in self._frame(len(paths)).items()})
        unused = tuple(
            n
            for n in texts.header
            if n not in {*self.table.columns, *self.wanted, self.table.target, self.table.order}
        )
        notes = say(self.table, counts, rejected, frame, unused, self.unseen)
        return TableRows(
            frame, tuple(self.columns[name] for name in self.inputs), counts, rejected, self.order_names, self.unseen, unused,
            (*self.notes, *notes),
        )  # fmt: skip

    def _frame(self, files: int) -> dict[str, NDArray[Any]]:
        """The frame's columns, the rows' own first."""
        own = ("entity", "label", "order")
        entity = self.values.get("entity")
        if entity is None:
            which = (
                f"{file + 1}:{line}" if files > 1 else str(line)
                for file, line in zip(self.file.tolist(), self.line.tolist(), strict=True)
            )
            entity = np.array(list(which), dtype=object)
        first = {"entity": entity, "row": self.line}
        first |= {name: self.values[name] for name in own if name in self.values and name != "entity"}
        return first | {name: self.values[name] for name in self.inputs}
