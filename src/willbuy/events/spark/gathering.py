"""Gathering on Spark: which files are new or resumed; their spans are read by the workers, and their accounts collected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from willbuy.errors import SourceError
from willbuy.events.files import format_of
from willbuy.events.gathering import forget, refuse_if_unreadable
from willbuy.events.keeping_files import first_refused
from willbuy.events.settings import reading_of
from willbuy.events.spans import Survey
from willbuy.events.spark.accounts import Hands, SpanAccount, read_accounts
from willbuy.events.spark.bench import SparkBench
from willbuy.events.spark.span_task import Failure, SpanTask, account_path, read_span, survey_file
from willbuy.warehouse.ledger import SourceRow


@dataclass(frozen=True)
class Gathered:
    """A source whose rows lie read and typed, waiting for their merge."""

    row: SourceRow
    accounts: Sequence[SpanAccount]

    @property
    def read(self) -> int:
        """Rows read."""
        return sum(account.read for account in self.accounts)

    @property
    def rejected(self) -> dict[str, int]:
        """Refused rows by rule."""
        return _summed([account.rejected for account in self.accounts])

    @property
    def dates(self) -> dict[str, int]:
        """Sound rows by date."""
        return _summed([account.dates for account in self.accounts])


def gather(bench: SparkBench, paths: Sequence[Path]) -> list[Gathered]:
    """Read files into staged rows, or finish what an interrupted ingest began.

    Raises SourceError when a file cannot be read as declared, or when no row of it can: nothing of it is kept, and what
    was read of the others waits for the next ingest.
    """
    surveyed = _surveys(bench, paths)
    rows = [_begun(bench, path, survey) for path, survey in zip(paths, surveyed, strict=True)]
    tasks = [
        SpanTask(row.source, Path(row.path), row.format, survey, span)
        for row, survey in zip(rows, surveyed, strict=True)
        for span in survey.spans
    ]
    _read(bench, tasks)
    gathered = []
    for row, survey in zip(rows, surveyed, strict=True):
        found = Gathered(row, [_account(bench, row.source, span.number) for span in survey.spans])
        _refuse_if_unreadable(bench, found)
        gathered.append(Gathered(bench.ledger.source_staged(row, survey.sha256), found.accounts))
    return gathered


def _surveys(bench: SparkBench, paths: Sequence[Path]) -> list[Survey]:
    files = [(path, format_of(path, bench.source.format)) for path in paths]
    found = bench.on_workers("Spark broke off while it looked at the files", _surveyed, files)
    for survey in found:
        if isinstance(survey, Failure):
            raise survey.error()
    return [survey for survey in found if isinstance(survey, Survey)]


def _surveyed(hands: Hands, file: tuple[Path, str]) -> Survey | Failure:
    return survey_file(hands, *file)


def _begun(bench: SparkBench, path: Path, survey: Survey) -> SourceRow:
    """The source as an interrupted ingest of the same file has left it, or a new one."""
    for row in bench.ledger.sources():
        if row.path != str(path) or row.status in ("done", "held"):
            continue
        if (row.sha256, row.settings, row.columns) == (
            survey.sha256,
            bench.settings,
            survey.plan.shape.columns,
        ):
            return row
        forget(bench, row.source)
    return bench.ledger.add_source(
        SourceRow(
            source=0,
            path=str(path),
            sha256=survey.sha256,
            bytes=survey.stamp[0],
            format=survey.plan.shape.format,
            columns=survey.plan.shape.columns,
            native_times=tuple(sorted(survey.plan.native_times)),
            reading=reading_of(bench.source),
            settings=bench.settings,
            status="reading",
        )
    )


def _read(bench: SparkBench, tasks: Sequence[SpanTask]) -> None:
    """Read the spans that were not read yet. Raises the first failure, having forgotten the sources that failed."""
    waiting = [
        task for task in tasks if not account_path(bench.layout, task.source, task.span.number).exists()
    ]
    bytes_in_all = sum(_weight(task) for task in tasks)

    def look() -> None:
        done = [task for task in tasks if account_path(bench.layout, task.source, task.span.number).exists()]
        rows = sum(_account(bench, task.source, task.span.number).read for task in done)
        weight = sum(_weight(task) for task in done)
        bench.progress(rows, rows * bytes_in_all // weight if weight else None, "reading")

    found = bench.on_workers("Spark broke off while it read the files", read_span, waiting, look)
    look()
    failures = [(task, failure) for task, failure in zip(waiting, found, strict=True) if failure is not None]
    for source in {task.source for task, failure in failures if failure.of_source}:
        forget(bench, source)
    if failures:
        raise failures[0][1].error()


def _weight(task: SpanTask) -> int:
    """How much of the work a span is, about: its bytes, or its rows."""
    end = task.span.end if task.span.end is not None else task.survey.stamp[0]
    return max(end - task.span.start, 1)


def _account(bench: SparkBench, source: int, span: int) -> SpanAccount:
    return read_accounts(account_path(bench.layout, source, span))[source]


def _refuse_if_unreadable(bench: SparkBench, found: Gathered) -> None:
    rejects = [bench.layout.home / file for account in found.accounts for file in account.rejects]
    try:
        refuse_if_unreadable(
            Path(found.row.path),
            found.read,
            found.rejected,
            lambda rule: first_refused(bench.connection, rejects, rule),
        )
    except SourceError:
        forget(bench, found.row.source)
        raise


def _summed(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for found in counts:
        for name, rows in found.items():
            totals[name] = totals.get(name, 0) + rows
    return totals
