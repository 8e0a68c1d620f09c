"""What a worker does: it reads a span of a file by the rules that every engine's ingest reads by, and leaves an account.

A span is done when its account lies beside its rows, under its name. Each attempt writes in a folder of its own: one that
was given up and lives on does no harm, and what the last account does not name is removed with the rest.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from willbuy.errors import SourceError, WillbuyError
from willbuy.events.disk import explain_full_disk
from willbuy.events.spans import Span, Survey, pieces_of, survey
from willbuy.events.spark.accounts import Hands, SpanAccount, leave_accounts, tools_in, typed_account
from willbuy.events.typed import bronze_rows
from willbuy.warehouse.dialect import Dialect
from willbuy.warehouse.layout import Layout

_sql = Dialect()


@dataclass(frozen=True)
class SpanTask:
    """A span to be read: of which source, and where the file lies."""

    source: int
    path: Path
    kind: str
    survey: Survey
    span: Span


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
            leave_accounts(account_path(hands.layout, task.source, task.span.number), {task.source: account})
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
    tools = tools_in(hands, folder)
    try:
        account = SpanAccount()
        for piece in pieces_of(task.path, task.kind, task.survey, task.span, tools):
            text = folder / f"text-{piece.part:05d}.parquet"
            piece.write(text)
            rows = bronze_rows(_sql.text(str(text)), piece.first_line)
            plan, name = task.survey.plan, f"{piece.part:05d}"
            account += typed_account(hands, tools, plan, rows, task.source, piece.quotes, name)
            text.unlink()
        return account
    finally:
        tools.close()
