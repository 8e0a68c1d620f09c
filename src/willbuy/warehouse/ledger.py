"""The ledger: which sources were read, how far, and which files make up the tables that readers see.

One SQLite file. A part of a source is done when its row stands here; a new generation of silver is visible
when one transaction has put its files here. So a process may die at any point: whatever the ledger does not
name was never there, and is written anew.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from willbuy.errors import WillbuyError

FORMAT = "1"
LIVE = "live"
"""The format of a source that is no file: events that came through the service, a span of their numbers."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sources (
    source INTEGER PRIMARY KEY, path TEXT NOT NULL, sha256 TEXT, bytes INTEGER NOT NULL, format TEXT NOT NULL,
    columns TEXT NOT NULL, native_times TEXT NOT NULL, reading TEXT NOT NULL, settings TEXT NOT NULL, status TEXT NOT NULL,
    read INTEGER, accepted INTEGER, rejected INTEGER, duplicates INTEGER);
CREATE TABLE IF NOT EXISTS parts (
    source INTEGER NOT NULL, part INTEGER NOT NULL, bronze TEXT NOT NULL, digest INTEGER NOT NULL,
    first_line INTEGER NOT NULL, lines INTEGER NOT NULL, quotes INTEGER NOT NULL, staged TEXT, rejects TEXT,
    read INTEGER NOT NULL, rejected TEXT NOT NULL, PRIMARY KEY (source, part)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS merges (
    run TEXT NOT NULL, bucket INTEGER NOT NULL, outcome TEXT NOT NULL, PRIMARY KEY (run, bucket)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (
    name TEXT NOT NULL, bucket INTEGER NOT NULL, file TEXT NOT NULL, rows INTEGER NOT NULL,
    first TEXT, last TEXT, PRIMARY KEY (name, bucket, file)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rejections (
    source INTEGER NOT NULL, rule TEXT NOT NULL, rows INTEGER NOT NULL, PRIMARY KEY (source, rule)) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class SourceRow:
    """A source file: `status` is `reading`, `staged` (read whole, waits for its merge), `held` (it waits for a later one) or `done`.

    `reading` and `settings` are fingerprints of what was declared when its text was read and when its rows were
    typed; `native_times` are the fields whose column is a timestamp by its type.
    """

    source: int
    path: str
    sha256: str | None
    bytes: int
    format: str
    columns: tuple[str, ...]
    native_times: tuple[str, ...]
    reading: str
    settings: str
    status: str
    read: int = 0
    accepted: int = 0
    rejected: int = 0
    duplicates: int = 0


@dataclass(frozen=True)
class Part:
    """One piece of a source: its bronze file, its staged rows and its rejects, all complete.

    Paths are relative to the shop's home. `lines` counts physical lines, `read` rows (blank lines are none),
    `rejected` refused rows by rule; `quotes` says that lines may hold quotes.
    """

    source: int
    part: int
    bronze: str
    digest: int
    first_line: int
    lines: int
    quotes: bool
    staged: str | None = None
    rejects: str | None = None
    read: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class TableFile:
    """A file that is part of a visible table; `first` and `last` are the times of its events (ISO, UTC)."""

    name: str
    bucket: int
    file: str
    rows: int
    first: str | None = None
    last: str | None = None


class Ledger:
    """An open ledger. Use as a context manager."""

    def __init__(self, path: Path, read_only: bool = False) -> None:
        self.path = path
        where = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
        self._db = sqlite3.connect(where, uri=True, isolation_level=None, timeout=30)
        if not read_only:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(_SCHEMA)
            self._db.execute("INSERT OR IGNORE INTO meta VALUES ('format', ?)", [FORMAT])
        found = self.meta("format")
        if found != FORMAT:
            raise WillbuyError(
                f"{path} is of format {found}, this willbuy reads {FORMAT}. Use the willbuy that wrote it, "
                "or delete the folder and ingest anew."
            )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def meta(self, key: str) -> str | None:
        """A single value, such as the generation that readers see."""
        found = self._db.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
        return found[0] if found else None

    @property
    def generation(self) -> int:
        """The number of the silver generation that readers see; 0 before the first."""
        return int(self.meta("generation") or 0)

    def sources(self, status: str | None = None) -> list[SourceRow]:
        """All sources, or those of a status, by number."""
        sql = "SELECT * FROM sources WHERE ? IS NULL OR status = ? ORDER BY source"
        rows = self._db.execute(sql, [status, status]).fetchall()
        return [_source_row(*row) for row in rows]

    def kept_sources(self) -> list[SourceRow]:
        """The sources whose rows bronze keeps: those that are part of the log, and those that are held."""
        return [row for row in self.sources() if row.status in ("done", "held")]

    def hold(self, rows: Iterable[SourceRow]) -> None:
        """Record that sources which were read whole wait for a later merge: their files are not needed any more."""
        with _transaction(self._db):
            for row in rows:
                self._db.execute("UPDATE sources SET status = 'held' WHERE source = ?", [row.source])

    def live_sources(self) -> list[SourceRow]:
        """The sources that came through the service and are part of the log, by number."""
        return [row for row in self.sources("done") if row.format == LIVE]

    def add_source(self, row: SourceRow) -> SourceRow:
        """Register a file that is about to be read, under the next free number; return it with that number."""
        number = self._db.execute("SELECT coalesce(max(source), 0) + 1 FROM sources").fetchone()[0]
        self._db.execute("INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0)", [
            number, row.path, row.sha256, row.bytes, row.format, json.dumps(row.columns), json.dumps(row.native_times),
            row.reading, row.settings, "reading",
        ])  # fmt: skip
        return replace(row, source=number, status="reading")

    def source_staged(self, row: SourceRow, sha256: str) -> SourceRow:
        """Record that every part of a source is done; return it as it stands then."""
        self._db.execute(
            "UPDATE sources SET status = 'staged', sha256 = ? WHERE source = ?", [sha256, row.source]
        )
        return replace(row, status="staged", sha256=sha256)

    def forget_source(self, source: int) -> None:
        """Forget a source that was refused or that changed before it was done."""
        with _transaction(self._db):
            for table in ("sources", "parts", "rejections"):
                self._db.execute(f"DELETE FROM {table} WHERE source = ?", [source])

    def parts(self, source: int) -> list[Part]:
        """The finished parts of a source, in order."""
        rows = self._db.execute("SELECT * FROM parts WHERE source = ? ORDER BY part", [source]).fetchall()
        return [_part(*row) for row in rows]

    def forget_part(self, bronze: str) -> None:
        """Forget a part, by its bronze file: what it held is lost. Its source may be ingested again, so its hash goes too."""
        with _transaction(self._db):
            source = "SELECT source FROM parts WHERE bronze = ?"
            self._db.execute(f"UPDATE sources SET sha256 = NULL WHERE source IN ({source})", [bronze])
            self._db.execute("DELETE FROM parts WHERE bronze = ?", [bronze])

    def forget_hash(self, source: int) -> None:
        """Forget a source's hash, as rows of it are lost: the same file may be ingested again."""
        self._db.execute("UPDATE sources SET sha256 = NULL WHERE source = ?", [source])

    def add_part(self, part: Part) -> None:
        """Record that a part is complete."""
        self._db.execute("INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [
            part.source, part.part, part.bronze, part.digest, part.first_line, part.lines, int(part.quotes),
            part.staged, part.rejects, part.read, json.dumps(part.rejected),
        ])  # fmt: skip

    def merges(self, run: str) -> dict[int, Any]:
        """What the finished merges of a run gave, by bucket. Merges of any other run are forgotten."""
        self._db.execute("DELETE FROM merges WHERE run <> ?", [run])
        rows = self._db.execute("SELECT bucket, outcome FROM merges WHERE run = ?", [run]).fetchall()
        return {bucket: json.loads(outcome) for bucket, outcome in rows}

    def add_merge(self, run: str, bucket: int, outcome: Any) -> None:
        """Record that a bucket is merged."""
        self._db.execute("INSERT OR REPLACE INTO merges VALUES (?, ?, ?)", [run, bucket, json.dumps(outcome)])

    def files(self, name: str | None = None) -> list[TableFile]:
        """The files that make up the visible tables, or one of them."""
        sql = "SELECT * FROM files WHERE ? IS NULL OR name = ? ORDER BY name, bucket, file"
        return [TableFile(*row) for row in self._db.execute(sql, [name, name]).fetchall()]

    def rejections(self) -> dict[int, dict[str, int]]:
        """Refused rows by source and rule."""
        counts: dict[int, dict[str, int]] = {}
        for source, rule, rows in self._db.execute(
            "SELECT * FROM rejections ORDER BY source, rule"
        ).fetchall():
            counts.setdefault(source, {})[rule] = rows
        return counts

    def publish(
        self,
        generation: int,
        files: Iterable[TableFile],
        sources: Iterable[SourceRow],
        parts: Iterable[Part],
        rejections: Mapping[int, Mapping[str, int]],
    ) -> None:
        """Make a generation visible in one transaction: its files, and its sources with their parts and counts."""
        with _transaction(self._db):
            self._db.execute("DELETE FROM files")
            rows = [(f.name, f.bucket, f.file, f.rows, f.first, f.last) for f in files]
            self._db.executemany("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?)", rows)
            for row in sources:
                self._db.execute(
                    "UPDATE sources SET status = 'done', settings = ?, read = ?, accepted = ?, rejected = ?, "
                    "duplicates = ? WHERE source = ?",
                    [row.settings, row.read, row.accepted, row.rejected, row.duplicates, row.source],
                )
                self._db.execute("DELETE FROM rejections WHERE source = ?", [row.source])
            for part in parts:
                self.add_part(part)
            counts = [
                (source, rule, rows) for source, rules in rejections.items() for rule, rows in rules.items()
            ]
            self._db.executemany("INSERT INTO rejections VALUES (?, ?, ?)", counts)
            self._db.execute("DELETE FROM merges")
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('generation', ?)", [str(generation)])


def _source_row(*row: Any) -> SourceRow:
    values = dict(zip((column.name for column in fields(SourceRow)), row, strict=True))
    values |= {name: tuple(json.loads(values[name])) for name in ("columns", "native_times")}
    return SourceRow(**values)


def _part(*row: Any) -> Part:
    values = dict(zip((column.name for column in fields(Part)), row, strict=True))
    values |= {"quotes": bool(values["quotes"]), "rejected": json.loads(values["rejected"])}
    return Part(**values)


class _transaction:
    """BEGIN IMMEDIATE ... COMMIT, or ROLLBACK."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._db.execute("ROLLBACK" if kind else "COMMIT")
