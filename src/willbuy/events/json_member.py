r"""A JSON object's text with another value for one of its members; every other byte stays as it is.

Most rows are simple: the name stands in them once, as a name, and no name is written with an escape. Those are changed by
a regular expression in the engine. The others (`{"id": 1, "at": {"id": 2}}`, `{"\u0069d": 1}`, a name given twice, all of
which are changed) go through a scanner in Python.
"""

import json
import re

import duckdb

from willbuy.warehouse.dialect import Dialect

_sql = Dialect()
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_VALUE = r'"(?:[^"\\]|\\.)*"|[^,}\]\s]+'
_ESCAPED_NAME = r'\\[^"]*"\s*:'


def replace_member(raw: str, name: str, text: str) -> str:
    r"""Put a text in the place of the value of every member of this name of the outermost object.

    `raw` is valid JSON.

    >>> replace_member('{"\\u0069d" : {"id": 1}, "of": {"id": 2}, "id":"x"}', "id", "new")
    '{"\\u0069d" : "new", "of": {"id": 2}, "id":"new"}'
    """
    pieces: list[str] = []
    done = depth = end = 0
    named, last = False, ""
    for token in _TOKEN.finditer(raw):
        found = token[0]
        if depth == 1 and found in ",}" and named:
            pieces.append(json.dumps(text))
            done, named = end, False
        if found in "{[":
            depth += 1
        elif found in "}]":
            depth -= 1
        elif depth == 1 and found == ":":
            named = json.loads(last) == name
            if named:
                start = _TOKEN.search(raw, token.end())
                pieces.append(raw[done : start.start() if start else token.end()])
        last, end = found, token.end()
    return "".join([*pieces, raw[done:]])


def json_replaced(name: str, text: str) -> str:
    """SQL over `raw`, valid JSON: the same with `text` (SQL) as the value of its members of this name, "" where it is NULL.

    `text` is NULL only where the member that counts has no value.
    """
    slow = f"willbuy_member(raw, {_sql.text(name)}, coalesce({text}, ''))"
    if json.dumps(name) != f'"{name}"':
        return slow
    key = re.escape(f'"{name}"') + r"\s*:"
    member = _sql.text(rf"({key}\s*)({_VALUE})")
    empty = _sql.text(rf'{key}\s*(null|"")\s*[,}}]')
    once = f"len(regexp_extract_all(raw, {_sql.text(key)}))"
    plain = f"NOT (contains(raw, '\\') AND regexp_matches(raw, {_sql.text(_ESCAPED_NAME)}))"
    quick = f"regexp_replace(raw, {member}, '\\1\"' || {text} || '\"')"
    return (
        f"CASE WHEN {text} IS NOT NULL AND {once} = 1 AND {plain} THEN {quick} "
        f"WHEN {text} IS NULL AND {plain} AND ({once} = 0 OR {once} = 1 AND regexp_matches(raw, {empty})) THEN raw "
        f"ELSE {slow} END"
    )


def register_member(engine: duckdb.DuckDBPyConnection) -> None:
    """Make the scanner a function of an engine, `willbuy_member(raw, name, text)`, once."""
    known = "SELECT count(*) FROM duckdb_functions() WHERE function_name = 'willbuy_member'"
    if not engine.execute(known).fetchall()[0][0]:
        engine.create_function("willbuy_member", replace_member, ["VARCHAR"] * 3, "VARCHAR")
