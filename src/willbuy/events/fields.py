"""SQL that finds the fields of a row in its raw text, by the format of its source."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from willbuy.warehouse.dialect import Dialect

_sql = Dialect()


@dataclass(frozen=True)
class RawShape:
    """How the raw rows of a source are written. `columns` are the file's, in order (CSV) or as found."""

    format: str
    columns: tuple[str, ...]
    delimiter: str = ","

    @property
    def is_json(self) -> bool:
        """Rows are JSON objects: JSON lines, and what bronze keeps of a Parquet row."""
        return self.format in ("jsonl", "parquet")


def split_line(line: str, delimiter: str) -> list[str] | None:
    """Split one line of CSV as the SQL below does; None when a quote is not closed.

    >>> split_line('a,"b, c",,5" disk', ",")
    ['a', 'b, c', '', '5" disk']
    >>> split_line("  1 19970101  2 11.77", "spaces")
    ['1', '19970101', '2', '11.77']
    >>> split_line('a,"b', ",") is None
    True
    """
    if delimiter == "spaces":
        return line.split()
    if re.fullmatch(_line_pattern(delimiter), delimiter + line) is None:
        return None
    return [_unquoted(field) for field in re.findall(_field_pattern(delimiter), delimiter + line)]


def _unquoted(field: str) -> str:
    return field[1:-1].replace('""', '"') if field.startswith('"') else field


def _field_pattern(delimiter: str) -> str:
    mark = re.escape(delimiter)
    return f'{mark}("(?:[^"]|"")*"|[^"{mark}][^{mark}]*|)'


def _line_pattern(delimiter: str) -> str:
    return f"(?:{_field_pattern(delimiter)})+".replace("(", "(?:").replace("(?:?:", "(?:")


def fields(shape: RawShape, needed: Sequence[str], quotes: bool) -> str:
    """SQL over `raw`: the list of a row's fields as text; NULL when the row cannot be split.

    For JSON the list holds the `needed` columns only, in their order; for CSV it holds every field.
    """
    if shape.is_json:
        found = f"json_extract_string(raw, {_pointers(needed)})"
        return found if shape.format == "parquet" else f"CASE WHEN json_valid(raw) THEN {found} END"
    if shape.delimiter == "spaces":
        return "string_split(regexp_replace(trim(raw, ' \t'), '[ \t]+', ' ', 'g'), ' ')"
    mark = _sql.text(shape.delimiter)
    plain = f"string_split(raw, {mark})"
    if not quotes:
        return plain
    field, line = _sql.text(_field_pattern(shape.delimiter)), _sql.text(_line_pattern(shape.delimiter))
    careful = f"regexp_extract_all({mark} || raw, {field}, 1)"
    return (
        f"CASE WHEN NOT contains(raw, '\"') THEN {plain} "
        f"WHEN regexp_full_match({mark} || raw, {line}) THEN {careful} END"
    )


def types(needed: Sequence[str]) -> str:
    """SQL over `raw`, a JSON text: the list of the JSON types of the needed columns."""
    return f"CASE WHEN json_valid(raw) THEN json_type(raw, {_pointers(needed)}) END"


def column(shape: RawShape, name: str, needed: Sequence[str], quotes: bool) -> str:
    """SQL over `f`, the list of fields: the text of a column, NULL where it is empty."""
    at = list(needed if shape.is_json else shape.columns).index(name) + 1
    found = f"f[{at}]"
    if quotes and not shape.is_json and shape.delimiter != "spaces":
        inner = f"replace(substr({found}, 2, length({found}) - 2), '\"\"', '\"')"
        found = f"CASE WHEN starts_with({found}, '\"') THEN {inner} ELSE {found} END"
    return f"nullif({found}, '')"


def _pointers(needed: Sequence[str]) -> str:
    paths = ("/" + name.replace("~", "~0").replace("/", "~1") for name in needed)
    return "[" + ", ".join(_sql.text(path) for path in paths) + "]"
