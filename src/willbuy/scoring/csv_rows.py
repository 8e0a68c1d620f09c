"""Feature rows of a CSV file, a chunk at a time; whatever does not fit is named by line, column and value."""

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from willbuy.errors import InputError, printable
from willbuy.models.rows import LARGEST
from willbuy.models.scorers import Floats
from willbuy.scoring.chunk import CHUNK, Chunk
from willbuy.warehouse.duckdb import DuckDBWarehouse

NULLS = frozenset({"", "nan", "null", "none", "na"})
_DELIMITERS = (",", ";", "\t")


class CsvRows:
    """A UTF-8 file with a header line; a comma, semicolon or tab between columns. `features` are those of the model."""

    def __init__(self, path: Path, features: Sequence[str], warehouse: DuckDBWarehouse) -> None:
        self.path = path
        self._delimiter, self._header = self._look(features)
        self.features = [name for name in self._header if name in features]
        self._place = {name: place for place, name in enumerate(self._header)}
        self._wanted = tuple(features)
        self.extras = [name for name in self._header if name not in features]
        self.passed_on = [f"s.{warehouse.dialect.identifier(name)}" for name in self.extras]

    def beside(self, scores: str) -> str:
        """The scores: what else the file carries stands beside them already."""
        return scores

    def chunks(self) -> Iterator[Chunk]:
        """The rows in order."""
        import pandas as pd

        records = self._records()
        while chunk := list(islice(records, CHUNK)):
            lines, fields = zip(*chunk, strict=True)
            columns = list(zip(*fields, strict=True))
            rows = np.column_stack([self._numbers(columns, name, lines) for name in self._wanted])
            extras = {name: [text or None for text in columns[self._place[name]]] for name in self.extras}
            yield Chunk(rows, pd.DataFrame(extras, index=range(len(rows)), dtype=object))

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Each row with the line on which it ends; empty lines are passed over."""
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=self._delimiter, strict=True)
            try:
                next(reader)
                for fields in reader:
                    if fields and len(fields) != len(self._header):
                        raise self._fault(
                            reader.line_num,
                            f"{len(fields)} columns; expected the {len(self._header)} of the header (is the file cut off?)",
                        )
                    if fields:
                        yield reader.line_num, fields
            except UnicodeDecodeError as error:
                raise self._not_text() from error
            except csv.Error as error:
                raise self._fault(
                    reader.line_num, f"what is no CSV: {error} (is the file cut off?)"
                ) from error

    def _look(self, features: Sequence[str]) -> tuple[str, list[str]]:
        """The delimiter and the names of the header; of the delimiters the one that finds the most features."""
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                first = file.readline(1 << 20)
        except UnicodeDecodeError as error:
            raise self._not_text() from error
        if not first.strip():
            raise InputError(f"{self.path.name} is empty: expected a header line with the features' names")
        known = set(features)
        headers = {mark: next(csv.reader([first], delimiter=mark)) for mark in _DELIMITERS}
        mark = max(headers, key=lambda mark: len(known & set(headers[mark])))
        named = [name.strip() or f"column_{place}" for place, name in enumerate(headers[mark], 1)]
        return mark, named

    def _numbers(self, columns: Sequence[Sequence[str]], name: str, lines: Sequence[int]) -> Floats:
        texts = columns[self._place[name]]
        try:
            values = np.array([float(text) if text else np.nan for text in texts])
        except ValueError:
            values = np.array([self._number(*one, name) for one in zip(texts, lines, strict=True)])
        if not (np.isnan(values) | (np.abs(values) <= LARGEST)).all() or "_" in "".join(texts):
            for one in zip(texts, lines, strict=True):
                self._number(*one, name)
        return values

    def _number(self, text: str, line: int, name: str) -> float:
        """One value. Raises InputError where it is no number that a model can read."""
        if text.strip().lower() in NULLS:
            return float("nan")
        try:
            value = float("text" if "_" in text else text)
        except ValueError:
            raise self._fault(
                line, f"'{printable(text, 40)}' in {name}; expected a number, or nothing"
            ) from None
        if not abs(value) <= LARGEST:
            raise self._fault(line, f"'{printable(text, 40)}' in {name}; expected |x| < 3.4e38, or nothing")
        return value

    def _not_text(self) -> InputError:
        """Where the file stops being UTF-8 text."""
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    line.decode("utf-8")
                except UnicodeDecodeError as error:
                    byte = line[error.start]
                    return self._fault(number, f"the byte 0x{byte:02x}, which is no UTF-8. Save it as UTF-8")
        return self._fault(1, "bytes that are no UTF-8. Save it as UTF-8")

    def _fault(self, line: int, what: str) -> InputError:
        return InputError(f"{self.path.name}, line {line}: found {what}. Nothing was written")
