"""How the rows of a source become canonical events: everything a reader must know, in one flat value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from willbuy.errors import SourceError, did_you_mean, listed

Test = Literal["starts_with", "at_most"]

ISO = "iso"
"""The time format that stands for ISO 8601: `2019-10-01 00:00:00`, `2019-10-01T00:00:00.25+02:00`, `2019-10-01`.
An offset is `Z`, ` Z`, `UTC`, ` UTC`, `+02`, `+0200` or `+02:00`."""


@dataclass(frozen=True)
class KindRule:
    """Rows whose `column` passes the test are of `kind`, whatever else the row says. The first match wins.

    `starts_with` compares text, case-sensitive; `at_most` compares decimal numbers, and a value that is no
    number does not match.

    >>> cancelled = KindRule("InvoiceNo", "starts_with", "C", "other", "cancellation")
    >>> cancelled.matches({"InvoiceNo": "C536379"}), cancelled.matches({"InvoiceNo": "536379"})
    (True, False)
    >>> KindRule("Quantity", "at_most", "0", "other", "returned").matches({"Quantity": "-12"})
    True
    """

    column: str
    test: Test
    value: str
    kind: str
    kind_name: str

    def matches(self, row: Mapping[str, str | None]) -> bool:
        """Whether a row (column -> text) passes. The meaning of a rule in plain Python; readers compile it."""
        found = row.get(self.column)
        if found is None:
            return False
        if self.test == "starts_with":
            return found.startswith(self.value)
        try:
            return float(found) <= float(self.value)
        except ValueError:
            return False


@dataclass(frozen=True)
class ResolvedSource:
    """How to read the files of a shop. Made by `presets.resolve`, never by hand outside tests."""

    columns: Mapping[str, str]
    """Canonical field -> column of the file. Has `entity` and `time`, and `kind` unless `constant_kind` is set."""

    kinds: Mapping[str, str] = field(default_factory=dict)
    """The shop's own name of a kind -> canonical kind. Names are compared as they are, case-sensitive."""

    constant_kind: str | None = None
    """Every row is of this kind (a log of purchases only); its kind_name is the same word."""

    kind_rules: tuple[KindRule, ...] = ()
    """Checked before `kinds` and `constant_kind`, in order; the first match gives kind and kind_name."""

    preset: str | None = None
    format: Literal["csv", "parquet", "jsonl"] | None = None
    """None: by each file's name (`.csv`, `.tsv`, `.txt`, `.parquet`, `.jsonl`, `.ndjson`, with `.gz` or `.zst`)."""

    delimiter: str = ","
    """One character, or `spaces`: runs of blanks, leading blanks ignored, no quotes (as in CDNOW_master.txt)."""

    header: tuple[str, ...] | None = None
    """Names for the columns of a file that has no header line. A file whose first line holds the name of every
    mapped column has one all the same; see `column_names`."""

    encoding: str = "utf-8"
    """A Python codec name. A byte-order mark is dropped whatever is declared."""

    decimal: Literal[".", ","] = "."
    currency_digits: int = 2
    """Digits of the minor unit: 2 makes 35.79 the integer 3579. A price with more digits than that is refused."""

    time_unit: Literal["s", "ms", "us", "text"] | None = None
    """Of epoch numbers, or `text`. None: neither declared nor proven; only a column whose type is a timestamp
    (Parquet) can be read then."""

    time_formats: tuple[str, ...] = (ISO,)
    """For `text`: tried in this order, the first that reads the value wins. `iso` or a strptime format. A
    native timestamp column (Parquet) needs none of them."""

    time_zone: str | None = None
    """IANA name of the clock of times that carry no offset. None: undeclared; such times cannot be read then.
    Epoch numbers are UTC whatever stands here."""

    drop_suffix: Mapping[str, str] = field(default_factory=dict)
    """Canonical field -> ending that its values lose once (`entity: ".0"`, ids that went through a float)."""

    hash_ids: bool = False

    def column_names(self, first_row: Sequence[str], file: str) -> tuple[tuple[str, ...], bool]:
        """Return the names of a file's columns and whether its first row is a header line.

        >>> taobao = ResolvedSource({"entity": "user", "time": "ts"}, header=("user", "item", "ts"))
        >>> taobao.column_names(["1", "2268318", "1511544070"], "a.csv")
        (('user', 'item', 'ts'), False)
        >>> taobao.column_names(["ts", "user"], "b.csv")
        (('ts', 'user'), True)

        Raises SourceError when a mapped column is not there, or a header-less row has another width.
        """
        missing = [name for name in self.needed if name not in first_row]
        if not missing:
            return tuple(first_row), True
        if self.header is None:
            shown = () if self.hash_ids else first_row  # where the header is missing they are a visitor's
            raise SourceError(_not_there(file, missing[0], shown, self._key_of(missing[0])))
        if len(first_row) != len(self.header):
            raise SourceError(
                f"{file}: the first line has {len(first_row)} fields and is no header line (no column "
                f"{missing[0]!r}); source.header declares {len(self.header)}: {listed(self.header)}."
            )
        return self.header, False

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that a file must have: the mapped ones and those that a kind rule reads."""
        return tuple(dict.fromkeys([*self.columns.values(), *(rule.column for rule in self.kind_rules)]))

    def _key_of(self, column: str) -> str:
        fields = [name for name, mapped in self.columns.items() if mapped == column]
        return f"source.columns.{fields[0]}" if fields else "source.rules"


def _not_there(file: str, column: str, found: Sequence[str], key: str) -> str:
    if not found:
        return (
            f"{file}: no column {column!r} ({key}) in its first line, which is not shown: it may hold an id."
        )
    return f"{file}: no column {column!r} ({key}). It has: {listed(found)}.{did_you_mean(column, found)}"
