"""Look at a table: every column once, from its texts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from willbuy.errors import NotEnoughData, SourceError
from willbuy.events.look.sniff import Shape, sniff
from willbuy.shop import Table, make_table
from willbuy.tables.look import guess
from willbuy.tables.look.notes import notes
from willbuy.tables.look.recognise import recognise
from willbuy.tables.look.sight import BY_PRESET, ColumnSight, TableSight
from willbuy.tables.look.target import check_there, check_values
from willbuy.tables.target import labels
from willbuy.tables.texts import Texts

READING = ("encoding", "delimiter", "format")


def look(files: Sequence[Path], said: Mapping[str, Any]) -> TableSight:
    """Look at every row of a table's files. `said` holds the keys of `[table]` that were said.

    Raises SourceError, ShopError or NotEnoughData, one line each, where no shop file can come of it.
    """
    shape = sniff(files[0], said.get("encoding"), said.get("delimiter"))
    if shape.format == "jsonl":
        raise SourceError(f"{files[0]} is JSON. A table is a CSV or a Parquet file: save it as one of them.")
    keys = {**_unusual(shape), **said, "files": [str(file) for file in files]}
    how = {key: keys[key] for key in READING if key in keys}
    with Texts(make_table({"target": "?", **how})) as texts:
        texts.read(files)
        return _Look(texts, keys).sight(tuple(files), shape.format)


def _unusual(shape: Shape) -> dict[str, Any]:
    """How the file is written, where that is not what is read by default."""
    if shape.format == "parquet":
        return {"format": "parquet"} if shape.path.suffix.lower() != ".parquet" else {}
    usual = {"encoding": "utf-8", "delimiter": ","}
    return {key: getattr(shape, key) for key, value in usual.items() if getattr(shape, key) != value}


class _Look:
    """One look at a table whose texts were read."""

    def __init__(self, texts: Texts, keys: dict[str, Any]) -> None:
        self.texts = texts
        header = texts.names
        preset, self.why = recognise(header, keys.get("target"), keys.get("preset"))
        self.keys = {**keys, "preset": preset} if preset else keys
        self.preset = preset
        self.declared = make_table(self.keys)
        for role in ("target", "id", "order"):
            said = role in keys
            if said or role != "id":  # a preset's id may be missing: each row is its own then
                check_there(role, getattr(self.declared, role), header)
        self.id = self.declared.id if self.declared.id in header else None
        self.rows = texts.count("fault IS NULL")
        self.decimal: str | None = keys.get("decimal")
        self.buyers = self.labelled = 0

    def sight(self, files: tuple[Path, ...], form: str) -> TableSight:
        """Look at every column, and put together what was seen."""
        broken = self.texts.count("fault IS NOT NULL")
        if not self.rows:
            lines = f", but {broken:,} lines that cannot be split" if broken else ""
            raise NotEnoughData(f"{files[0]} holds a header line and no rows{lines}.")
        columns = tuple(self._column(name, texts) for name, texts in self.texts.columns())
        table = self._table(columns)
        return TableSight(
            files, form, table, self.preset, self.why, columns, self.rows, broken, self.buyers, self.labelled,
            self._duplicates(), notes(table, columns, self.rows, broken, self.labelled),
        )  # fmt: skip

    def _column(self, name: str, texts: list[str | None]) -> ColumnSight:
        """What one column is; its texts are not kept."""
        values = guess.counted(texts)
        if name == self.declared.target:
            self._target(values, texts)
        elif self.id is None and self.preset is None and guess.is_id(name, values, self.rows):
            self.id = name
        seen = ColumnSight(name, *self._role(name, values), self.rows - values.total(), len(values))
        if name == self.declared.target:
            return replace(seen, role="target", why="who bought")
        if name == self.id:
            return replace(seen, role="id", why="the entity")
        if name == self.declared.order:
            also = seen.role if name in self.declared.columns else None
            return replace(seen, role="order", why="orders the rows in time", also=also)
        if self.decimal is None and seen.role == "number" and guess.has_commas(values):
            self.decimal = ","
        return seen

    def _role(self, name: str, values: Counter[str]) -> tuple[str, str]:
        keys = self.declared.columns.get(name)
        if keys is None:
            return guess.guess(name, values, self.rows)
        return keys.role, BY_PRESET

    def _target(self, values: Counter[str], texts: list[str | None]) -> None:
        buys, others = self.declared.buys, self.declared.others
        check_values(self.declared.target, values, buys, others)
        found = labels(texts, buys, others)
        self.buyers, self.labelled = int((found == 1).sum()), int((found >= 0).sum())

    def _table(self, columns: Sequence[ColumnSight]) -> Table:
        """What the shop file will say: all of it is checked here."""
        inputs = [c for c in columns if c.role in ("number", "flag", "category", "ignore")]
        own = {c.name: {"role": c.role} for c in inputs if c.name not in self.declared.columns}
        extra = {"columns": own, "decimal": self.decimal, "id": self.id}
        whole = {**self.keys, **{key: value for key, value in extra.items() if value is not None}}
        return make_table(whole)

    def _duplicates(self) -> int:
        every = ", ".join(f"c{place}" for place in range(len(self.texts.names)))
        sql = f"SELECT count(*) - count(DISTINCT hash({every})) FROM texts WHERE fault IS NULL"
        return int(self.texts.warehouse.rows(sql)[0][0])
