"""One record's fields as the row that the model in service reads; what does not fit is named, never guessed or echoed."""

import re
from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from willbuy.errors import did_you_mean, listed, printable
from willbuy.models.prepare import Column
from willbuy.models.rows import LARGEST, Floats
from willbuy.service.wire.decoding import decode
from willbuy.service.wire.errors import Refusal
from willbuy.service.wire.quick import quick_reader

ID = "customer_id"
MOST_ID = 200  # characters
ID_PATTERN = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$"
_ID_TEXT = re.compile(ID_PATTERN)
_NUMBERS = {int, float}
_NUMBERS_OR_NULL = {int, float, type(None)}
_FOUND = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
    type(None): "null",
}
EXPECTED = {"number": "a number", "flag": "true or false", "category": "a text or a whole number"}


class Record(NamedTuple):
    """A record that fits: the name and value of its id (None where it has none), its row (n_features,).

    `in_range` says that the row was found to hold nothing that is too large for the model; without it nobody has looked.
    """

    id_name: str
    id: str | int | None
    row: Floats
    in_range: bool = False


class Fields:
    """Reads records of `columns`, given flat or under `features`.

    `nullable` are the columns that may be null, `ids` the names that the id may have, the shop's own first, `besides` what
    a record may hold and the model does not read, `aliases` other names of columns.

    >>> fields = Fields([Column("visits", "number"), Column("month", "category", ("May", "June"))], {"month"})
    >>> fields.read({"customer_id": 7, "visits": 3, "month": None}).row.tolist()
    [3.0, nan]
    """

    def __init__(
        self,
        columns: Sequence[Column],
        nullable: Collection[str],
        *,
        ids: Sequence[str] = (ID,),
        besides: Collection[str] = (),
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        self.columns = tuple(columns)
        self.names = tuple(column.name for column in columns)
        self.ids = tuple(dict.fromkeys(name for name in ids if name not in self.names))
        self.besides = frozenset(besides) - {*self.names, *self.ids}
        self.aliases = {
            alias: name
            for alias, name in (aliases or {}).items()
            if name in self.names and alias not in {*self.names, *self.ids, *self.besides}
        }
        """Those that mean a column of this model; another model may have others."""
        self.nullable = frozenset(nullable)
        self._take = itemgetter(*self.names, self.names[0])  # one more, so that it is always a tuple
        self._never_null = [place for place, name in enumerate(self.names) if name not in self.nullable]
        numbers = all(column.role == "number" for column in columns)
        self._quick = quick_reader(self.ids, self.names, self.nullable) if numbers else None
        self._coded = [(place, c, _codes(c)) for place, c in enumerate(columns) if c.role != "number"]

    def read_body(self, body: bytes) -> Record:
        """The record of a body. Raises as `decode` and `read` do."""
        if self._quick is not None and (found := self._quick(body)) is not None:
            if found[1] is not None:
                checked_id(found[0], found[1])
            return Record(*found, in_range=True)
        return self.read(decode(body))

    def read(self, record: Any) -> Record:
        """The record, or Refusal 422 that names the field: unknown, missing, or of the wrong kind. See `check_range`."""
        if type(record) is not dict:
            raise Refusal(
                422,
                "not_an_object",
                f"found {_kind(record)}; expected an object with the fields of one record",
            )
        id_name, found_id, fields = self._apart(record)
        try:
            values = list(self._take(fields))
        except KeyError:
            values = []
        if not values or len(fields) != len(self.names):
            values = list(self._take(self._named(fields)))
        values.pop()
        return Record(id_name, found_id, self._row(values))

    def check_range(self, row: Floats) -> None:
        """Raise Refusal 422 where the model cannot read a value of a row for its size; a model of one row sees that itself."""
        if np.fmax.reduce(row) > LARGEST or np.fmin.reduce(row) < -LARGEST:  # nulls are passed over
            raise self._beyond(row.tolist())

    def _apart(self, record: dict[str, Any]) -> tuple[str, str | int | None, dict[str, Any]]:
        """The id's name, the id, and the fields without it."""
        inner = record.get("features")
        if type(inner) is dict and "features" not in self.names:
            outer = {name: value for name, value in record.items() if name != "features"}
            if beyond := [name for name in outer if name not in self.ids and name not in self.besides]:
                raise self._unknown(beyond[0], " beside 'features'")
            fields = dict(inner)
        else:
            outer = fields = record
        for name in self.ids:
            if name in outer:
                found = outer.pop(name)
                return name, checked_id(name, found), fields
        return self.ids[0], None, fields

    def _named(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The fields under their own names, and no others. Raises Refusal where one is unknown, twice or missing."""
        found: dict[str, Any] = {}
        known = {*self.names, *self.aliases, *self.besides, *self.ids}
        for name, value in fields.items():
            if name not in known:
                raise self._unknown(name)
            if name in self.besides:
                continue
            own = self.aliases.get(name, name)
            if own in found or name in self.ids:
                raise Refusal(
                    422, "twice", f"the field '{printable(name)}' is given twice, under two names", field=name
                )
            found[own] = value
        if missing := [name for name in self.names if name not in found]:
            raise Refusal(
                422,
                "missing_field",
                f"missing: {listed(missing)}. Give each a value, or null where it is not known and may be null",
                field=missing[0],
            )
        return found

    def _unknown(self, name: str, where: str = "") -> Refusal:
        hint = did_you_mean(name[:100], [*self.names, *self.aliases, *self.ids])
        nearest = hint.removeprefix(" Did you mean '").removesuffix("'?") or None
        if nearest == name:  # a field of the model, at a place where none is read
            hint, nearest = " It belongs inside", None
        message = f"the field '{printable(name)}' is not known{where}.{hint}"
        return Refusal(422, "unknown_field", message, field=name, nearest=nearest)

    def _row(self, values: list[Any]) -> Floats:
        for place, column, codes in self._coded:
            try:
                values[place] = codes[values[place]]
            except (KeyError, TypeError):
                values[place] = self._code(column, codes, values[place])
        kinds = set(map(type, values))
        if not kinds <= _NUMBERS:
            self._check(values, kinds)
        try:
            row = np.array(values, dtype=np.float64)
        except OverflowError:
            raise self._beyond(values) from None
        return row

    def _check(self, values: list[Any], kinds: set[type]) -> None:
        """Every value is a number, or null where that may be."""
        if not kinds <= _NUMBERS_OR_NULL:
            place = next(place for place, value in enumerate(values) if type(value) not in _NUMBERS_OR_NULL)
            raise self._wrong(self.columns[place], values[place])
        for place in self._never_null:
            if values[place] is None:
                raise self._wrong(self.columns[place], None)

    def _code(self, column: Column, codes: Mapping[Any, float], value: Any) -> float:
        """The code of a value that is none of the column's as it stands: an unseen category, or a whole number for one."""
        value = as_whole(value)
        if column.role == "category" and type(value) in (str, int):
            return codes.get(str(value), -1.0)
        raise self._wrong(column, value)

    def _wrong(self, column: Column, value: Any) -> Refusal:
        null = ", or null" if column.name in self.nullable else ""
        message = f"the field '{printable(column.name)}' holds {_kind(value)}; expected {EXPECTED[column.role]}{null}"
        return Refusal(422, "wrong_type", message, field=column.name)

    def _beyond(self, values: Sequence[Any]) -> Refusal:
        place = next(n for n, value in enumerate(values) if value is not None and abs(value) > LARGEST)
        name = self.names[place]
        message = (
            f"the field '{printable(name)}' holds a number out of range; expected one within 3.4e38 of 0"
        )
        return Refusal(422, "out_of_range", message, field=name)


def checked_id(name: str, value: Any) -> str | int:
    """An id: a text of 1 to 200 characters without control characters, or a whole number of 64 bits; Refusal 422 for another.

    7.0 is 7: to JSON they are one number.
    """
    value = as_whole(value)
    if type(value) is int and -(1 << 63) <= value < 1 << 63:
        return value
    if type(value) is str and 0 < len(value) <= MOST_ID and _ID_TEXT.fullmatch(value):
        return value
    raise Refusal(
        422,
        "wrong_type",
        f"the field '{printable(name)}' holds no id; expected a text of 1 to {MOST_ID} characters, or a whole number of 64 bits",
        field=name,
    )


def as_whole(value: Any) -> Any:
    """A double that is a whole number as an int; anything else as it is.

    >>> as_whole(7.0), as_whole(7.5), as_whole(True)
    (7, 7.5, True)
    """
    return int(value) if type(value) is float and value.is_integer() else value


def _codes(column: Column) -> dict[Any, float]:
    """The code of each JSON value of a flag or a category; null is NaN."""
    null: dict[Any, float] = {None: float("nan")}
    if column.role == "flag":
        return null | {False: 0.0, True: 1.0}
    return null | {value: float(place) for place, value in enumerate(column.every_value)}


def _kind(value: Any) -> str:
    return _FOUND.get(type(value), "something else")
