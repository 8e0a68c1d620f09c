"""What is done to rows before anything of them is written: entities are hashed, and erased visitors are left out.

A row with a hashed entity is its text with the hash in the entity's place; every other field reads as before. A row
that is refused as a whole holds its id who knows where: of it only the reason is kept, as of an erased visitor's.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import duckdb

from willbuy.errors import ShopError, SourceError
from willbuy.events.fields import RawShape
from willbuy.events.json_member import json_replaced, register_member
from willbuy.events.presets import ResolvedSource
from willbuy.events.typed import LONGEST_ID, RowPlan, row_conditions, split, texts
from willbuy.hashed_ids import Hasher, Suppression
from willbuy.warehouse.dialect import Dialect

_sql = Dialect()
_WORDS = (r"""[^\s"',;|{}\[\]]+""", r"""[^\s"',;|{}\[\]:]+""")  # in a row that cannot be split into fields


@dataclass(frozen=True)
class Guard:
    """What stands between a file's rows and bronze. `hasher` is None where ids are kept as they are."""

    hasher: Hasher | None
    suppression: Suppression

    @property
    def needed(self) -> bool:
        """Whether rows must be looked at: most shops hash nothing and have erased nobody."""
        return self.hasher is not None or bool(self.suppression.digests)

    @property
    def private(self) -> bool:
        """Whether no file may hold a row before it was looked at."""
        return self.hasher is not None

    def rows(self, engine: duckdb.DuckDBPyConnection, plan: RowPlan, quotes: bool, rows: str) -> str:
        """SQL: the rows `(raw, fault)` as bronze may keep them, in their order. Prepares the engine that will run it."""
        if not self.needed:
            return rows
        register_member(engine)
        plan = RowPlan(plan.shape, replace(plan.source, hash_ids=False), plan.native_times)
        for layer in self._layers(engine, plan, quotes):
            rows = f"SELECT *, {', '.join(f'{sql} AS {name}' for name, sql in layer.items())} FROM ({rows})"
        return f"SELECT kept AS raw, said AS fault FROM ({rows})"

    def _layers(
        self, engine: duckdb.DuckDBPyConnection, plan: RowPlan, quotes: bool
    ) -> list[Mapping[str, str]]:
        whens = " ".join(f"WHEN {condition} THEN '{name}'" for name, condition in row_conditions(plan))
        broken = f"CASE WHEN raw IS NULL THEN NULL WHEN fault IS NOT NULL THEN fault {whens} END"
        entity = "CASE WHEN broken IS NULL THEN entity_text END"
        if self.hasher:
            entity = f"CASE WHEN broken IS NULL THEN {hmac_sql(engine, 'id', self.hasher.secret, 'entity_text')} END"
        return [
            split(plan, quotes),
            texts(plan, quotes),
            {"broken": broken},
            {"entity_kept": entity},
            {"erased": self._erased(engine)},
            {"kept": self._kept(plan), "said": self._said()},
        ]

    def _erased(self, engine: duckdb.DuckDBPyConnection) -> str:
        if not self.suppression.digests:
            return "false"
        engine.execute("SET VARIABLE willbuy_erased = ?", [sorted(self.suppression.digests)])
        digest = hmac_sql(engine, "erased", self.suppression.secret, "entity_kept")
        theirs = f"coalesce({digest} IN (SELECT unnest(getvariable('willbuy_erased'))), false)"
        if self.hasher:
            return theirs
        word = hmac_sql(
            engine, "erased", self.suppression.secret, "word"
        )  # nobody knows whose a broken row is
        found = " || ".join(f"regexp_extract_all(raw, {_sql.text(pattern)})" for pattern in _WORDS)
        words = f"list_transform({found}, lambda word: {word})"
        among = f"list_has_any({words}, getvariable('willbuy_erased'))"
        return f"{theirs} OR CASE WHEN broken IS NOT NULL THEN {among} ELSE false END"

    def _kept(self, plan: RowPlan) -> str:
        nothing = "'{}'" if plan.shape.is_json else "''"
        if not self.hasher:
            return f"CASE WHEN erased THEN {nothing} ELSE raw END"
        return (
            f"CASE WHEN raw IS NULL THEN NULL WHEN erased OR broken IS NOT NULL THEN {nothing} "
            f"ELSE {_replaced(plan.shape, plan.source)} END"
        )

    def _said(self) -> str:
        if not self.hasher:
            return "CASE WHEN erased THEN 'erased' ELSE fault END"
        too_long = f"CASE WHEN strlen(entity_text) > {LONGEST_ID} THEN 'id_too_long' END"
        return f"CASE WHEN erased THEN 'erased' WHEN raw IS NOT NULL THEN coalesce(broken, {too_long}) END"


def refuse_rules_on_ids(source: ResolvedSource) -> None:
    """Raise ShopError where a kind rule looks at the entity's column and the ids in it are to be hashed."""
    column = source.columns["entity"]
    if source.hash_ids and any(rule.column == column for rule in source.kind_rules):
        raise ShopError(
            f"source.rules looks at {column!r}, the column of the entity, and source.hash_ids keeps hashes in it, which "
            "no rule can look at. Write what the rule finds into a column of its own, or take hash_ids away."
        )


@contextmanager
def told_without_rows(private: bool, where: str) -> Iterator[None]:
    """Where ids are hashed, an engine's error is told without its words: they may quote a row.

    Errors of the disk and of memory quote none, and are told by others.
    """
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException):
        raise
    except duckdb.Error as error:
        if not private:
            raise
        raise SourceError(
            f"the {where} of the file could not be written ({type(error).__name__}). Nothing of it was kept; what the "
            "engine says is not shown, since it may hold an id. Ingest the file without source.hash_ids, into another "
            "home, to see it."
        ) from None


def hmac_sql(engine: duckdb.DuckDBPyConnection, name: str, secret: bytes, text: str) -> str:
    """SQL: HMAC-SHA-256 of a text, as hex. The key stands in variables of the engine, which no message shows.

    >>> engine = duckdb.connect()
    >>> sql = hmac_sql(engine, "id", b"k" * 32, "'ann'")
    >>> engine.execute(f"SELECT {sql}").fetchall()[0][0] == Hasher(b"k" * 32).hash("ann")
    True
    """
    block = _block(secret)
    for part, byte in (("inner", 0x36), ("outer", 0x5C)):
        padded = bytes(found ^ byte for found in block)
        engine.execute(f"SET VARIABLE willbuy_{name}_{part} = ?", [padded])
    inner, outer = (f"getvariable('willbuy_{name}_{part}')" for part in ("inner", "outer"))
    return f"sha256({outer} || unhex(sha256({inner} || encode({text}))))"


def _block(secret: bytes) -> bytes:
    """A key as HMAC pads it: to the 64 bytes of a block, hashed first where it is longer (RFC 2104, section 2)."""
    return (hashlib.sha256(secret).digest() if len(secret) > 64 else secret).ljust(64, b"\0")


def _replaced(shape: RawShape, source: ResolvedSource) -> str:
    """SQL: the row's text with `entity_kept` in the entity's place; where that is NULL, the entity is missing."""
    name = source.columns["entity"]
    if shape.is_json:
        return json_replaced(name, "entity_kept")
    at = shape.columns.index(name)
    mark = " " if shape.delimiter == "spaces" else shape.delimiter
    fields = [f"f[{number + 1}]" for number in range(len(shape.columns))]
    fields[at] = "entity_kept"
    return (
        f"CASE WHEN entity_kept IS NULL THEN raw ELSE concat_ws({_sql.text(mark)}, {', '.join(fields)}) END"
    )
