"""Single records by the names of their fields, as a row that a model reads; what does not fit is named, never guessed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from willbuy.errors import InputError, did_you_mean, listed, printable
from willbuy.models.prepare.column import EXPECTED, Column
from willbuy.models.rows import LARGEST, Floats

KINDS = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
}


class RecordReader:
    """Records of a table's columns, such as those in a bundle's manifest.

    Texts are read as a file's are. With `typed` they are JSON's values: a number must be a number, a flag true or false
    (or 1 or 0), a category a text or a whole number, and an error says the kind of what was found, never the value.
    `besides` are fields that a record may have and that are not read, such as an id.

    >>> reader = RecordReader((Column("PageValues", "number"), Column("Month", "category", ("Feb", "Nov"))), typed=True)
    >>> reader.row({"Month": "Nov", "PageValues": None}).tolist()
    [[nan, 1.0]]
    >>> reader.row({"Month": "Nov", "PageValue": 3})
    Traceback (most recent call last):
    willbuy.errors.InputError: the field 'PageValue' is not known. Did you mean 'PageValues'?
    """

    def __init__(
        self, columns: Sequence[Column], *, typed: bool = False, besides: Collection[str] = ()
    ) -> None:
        self.columns = tuple(columns)
        self._places = {column.name: place for place, column in enumerate(self.columns)}
        self._codes = [
            {value: float(place) for place, value in enumerate(column.every_value)} for column in self.columns
        ]
        self._typed, self._besides = typed, frozenset(besides)

    @classmethod
    def of_manifest(cls, manifest: Mapping[str, Any], **options: Any) -> "RecordReader":
        """The reader of a bundle's records. Raises InputError where the bundle is of no table."""
        if "columns" not in manifest:
            raise InputError("the model reads features of a log, not records of a table")
        return cls([Column.from_dict(column) for column in manifest["columns"]], **options)

    def row(self, record: Mapping[str, Any]) -> Floats:
        """One record as a row (1, columns). Raises InputError that names the field: unknown, missing, or of the wrong kind."""
        if record.keys() != self._places.keys():
            self._check_names(record)
        return np.array([[self._value(place, record[c.name]) for place, c in enumerate(self.columns)]])

    def rows(self, records: Iterable[Mapping[str, Any]]) -> Floats:
        """Records as rows (n, columns); an error says which record, counted from 1."""
        found = []
        for number, record in enumerate(records, 1):
            try:
                found.append(self.row(record))
            except InputError as error:
                raise InputError(f"record {number}: {error}") from None
        return np.concatenate([np.empty((0, len(self.columns))), *found])

    def _check_names(self, record: Mapping[str, Any]) -> None:
        for name in record:
            if name not in self._places and name not in self._besides:
                hint = did_you_mean(str(name), self._places)
                raise InputError(f"the field '{printable(str(name))}' is not known.{hint}")
        missing = [name for name in self._places if name not in record]
        if missing:
            raise InputError(f"missing: {listed(missing)}. Give each a value, or null where it is not known")

    def _value(self, place: int, value: Any) -> float:
        column = self.columns[place]
        if value is None:
            return float("nan")
        if isinstance(value, str) and not self._typed:
            return float(column.code([value])[0])
        found = self._of_json(column, self._codes[place], value)
        if found is None:
            kind = KINDS.get(type(value), "what JSON cannot say")
            found_here = "a number out of range" if kind == EXPECTED[column.role] else kind
            raise InputError(
                f"the field '{printable(column.name)}' holds {found_here}; expected {_WANTED[column.role]}, or null"
            )
        return found

    @staticmethod
    def _of_json(column: Column, codes: Mapping[str, float], value: Any) -> float | None:
        """The code of a JSON value; None where it is of the wrong kind."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if column.role == "category":
            whole = number and isinstance(value, int)
            return codes.get(str(value), -1.0) if whole or isinstance(value, str) else None
        if column.role == "flag":
            return float(value) if isinstance(value, bool) or (number and value in (0, 1)) else None
        return float(value) if number and abs(value) <= LARGEST else None


_WANTED = {**EXPECTED, "flag": "true or false", "category": "a text or a whole number"}
