"""What a worker does: it reads a span of a file by the rules that every engine's ingest reads by, and leaves an account.

A span is done when its account lies beside its rows, under its name. Each attempt writes in a folder of its own: one that
was given up and lives on does no harm, and what the last account does not name is removed with the rest.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from uuid import uuid4

import duckdb

from willbuy.durable import write_durably
from willbuy.errors import SourceError, WillbuyError
from willbuy.events.disk import explain_full_disk
from willbuy.events.guarding import Guard
from willbuy.events.presets import ResolvedSource
from willbuy.events.sources import Piece
from willbuy.events.spans import Span, Survey, pieces_of, survey
from willbuy.events.staging import Staged, stage_part
from willbuy.events.workbench import Tools
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import Part

_sql = Dialect()


@dataclass(frozen=True)
class Hands:
    """What every task of an ingest needs to know. `memory` is what one task's engine may take."""

    layout: Layout
    source: ResolvedSource
    settings: str
    memory: str
    guard: Guard


@dataclass(frozen=True)
class SpanTask:
    """A span to be read: of which source, and where the file lies."""

    source: int
    path: Path
    kind: str
    survey: Survey
    span: Span


@dataclass(frozen=True)
class SpanAccount:
    """What became of a span. `dates` counts the sound rows by date (ISO); files are relative to the home of the tables."""

    rows: list[str] = field(default_factory=list)
    rejects: list[str] = field(default_factory=list)
    read: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    dates: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """Why a task gave up, for the driver to raise: a value, since Spark would wrap an error in pages of Java."""

    says: str
    of_source: bool

    def error(self) -> WillbuyError:
        """The error that the worker raised."""
        return (SourceError if self.of_source else WillbuyError)(self.says)


def account_path(layout: Layout, source: int, span: int) -> Path:
    """Where the account of a span lies when it is done."""
    return layout.staged(source) / f"span-{span:05d}.json"


def read_account(path: Path) -> SpanAccount:
    """An account as it was left."""
    return SpanAccount(**json.loads(path.read_text(encoding="utf-8")))


def survey_file(hands: Hands, path: Path, kind: str) -> Survey | Failure:
    """Look through a file, in a worker."""
    try:
        return survey(path, kind, hands.source)
    except WillbuyError as error:
        return Failure(str(error), isinstance(error, SourceError))
    except OSError as error:
        return Failure(_unread(path, error), True)


def read_span(hands: Hands, task: SpanTask) -> Failure | None:
    """Read a span, in a worker; None when its account lies there."""
    folder = hands.layout.staged(task.source) / f"span-{task.span.number:05d}-{uuid4().hex[:12]}"
    try:
        with explain_full_disk(hands.layout.home):
            account = _read(hands, task, folder)
            written = json.dumps(asdict(account)).encode()
            write_durably(account_path(hands.layout, task.source, task.span.number), written)
        return None
    except WillbuyError as error:
        shutil.rmtree(folder, ignore_errors=True)
        return Failure(str(error), isinstance(error, SourceError))
    except FileNotFoundError as error:
        shutil.rmtree(folder, ignore_errors=True)
        return Failure(_unread(task.path, error), True)


def _unread(path: Path, error: OSError) -> str:
    return (
        f"{path} cannot be read by a Spark worker ({error.strerror or error}). Every worker must see the files and the "
        "shop's home under the same paths."
    )


def _read(hands: Hands, task: SpanTask, folder: Path) -> SpanAccount:
    tools = Tools(
        layout=Layout(folder), settings=hands.settings, workers=1, memory=hands.memory, guard=hands.guard
    )
    try:
        account = SpanAccount()
        for piece in pieces_of(task.path, task.kind, task.survey, task.span, tools):
            account = _with_piece(account, hands, tools, task, piece)
        return account
    finally:
        tools.close()


def _with_piece(
    account: SpanAccount, hands: Hands, tools: Tools, task: SpanTask, piece: Piece
) -> SpanAccount:
    """Read one piece more: its rows lie in a file with their raw text beside what they mean."""
    folder = tools.layout.home
    text, rows, rejects = (
        folder / f"{name}-{piece.part:05d}.parquet" for name in ("text", "rows", "rejects")
    )
    piece.write(text)
    part = Part(task.source, piece.part, "", piece.digest, piece.first_line, piece.lines, piece.quotes)
    made = stage_part(tools.connection, task.survey.plan, text, part, rows, rejects, with_text=True)
    text.unlink()
    return SpanAccount(
        rows=[*account.rows, _below(hands, rows)],
        rejects=[*account.rejects, *([_below(hands, rejects)] if made.rejected else [])],
        read=account.read + made.read,
        rejected=_added(account.rejected, made.rejected),
        dates=_added(account.dates, _dates(tools.connection, rows, made)),
    )


def _dates(connection: duckdb.DuckDBPyConnection, rows: Path, made: Staged) -> dict[str, int]:
    if not made.read:
        return {}
    found = connection.execute(
        "SELECT CAST(CAST(time AS DATE) AS VARCHAR), count(*) "
        f"FROM read_parquet({_sql.text(str(rows))}) WHERE rule = 0 GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return dict(found)


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}


def _below(hands: Hands, path: Path) -> str:
    return path.relative_to(hands.layout.home).as_posix()
