"""Gathering: which files are new, which are resumed, which were ingested before; the new ones are read and staged."""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from willbuy.errors import ShopError, SourceError
from willbuy.events.files import format_of
from willbuy.events.live_source import plan_of
from willbuy.events.reading import SourceChanged, read_parts, restage
from willbuy.events.rules import SAYS
from willbuy.events.settings import live_reading_of, reading_of
from willbuy.events.sources import OpenSource, open_source
from willbuy.events.workbench import Workbench
from willbuy.warehouse.ledger import LIVE, Part, SourceRow


def ingested_before(bench: Workbench, path: Path) -> bool:
    """Whether this very file, by path and content, is part of the log already, or held."""
    same = [row for row in bench.ledger.kept_sources() if row.path == str(path)]
    return any(row.bytes == path.stat().st_size for row in same) and _sha256(path) in {
        row.sha256 for row in same
    }


def gather(bench: Workbench, path: Path) -> SourceRow:
    """Read a file into bronze and staged parts, or finish what an interrupted ingest began.

    Raises SourceError when the file cannot be read as declared, or when no row of it can: nothing of it is kept.
    """
    bench.file_begins(path.stat().st_size)
    for row in bench.ledger.sources():
        if row.path != str(path) or row.status in ("done", "held"):
            continue
        if row.status == "staged" and row.settings == bench.settings and row.sha256 == _sha256(path):
            _count_again(bench, row)
            return row
        if row.status == "reading" and row.settings == bench.settings and row.bytes == path.stat().st_size:
            try:
                return _read(bench, path, row)
            except SourceChanged:
                pass
        forget(bench, row.source)
    return _read(bench, path, None)


def regather(bench: Workbench, row: SourceRow) -> list[Part]:
    """Type a source's rows again, from bronze, because what is declared has changed since. Returns its new parts."""
    again = staged_again(bench, row)
    jobs = ((part.part, partial(again, part)) for part in bench.ledger.parts(row.source))
    parts = []
    for _, part in bench.in_parallel(jobs):
        parts.append(part)
        bench.rows_read(part.read, 0)
    return parts


def staged_again(bench: Workbench, row: SourceRow) -> Callable[[Part], Part]:
    """What types a part of a source from bronze, as is declared now. Raises ShopError where the source lacks a column."""
    refuse_missing(bench, row)
    return partial(restage, bench, plan_of(bench.source, row))


def refuse_missing(bench: Workbench, row: SourceRow) -> None:
    """Raise ShopError where a source that is to be typed again lacks a column that is mapped now."""
    missing = [name for name in bench.source.needed if row.columns and name not in row.columns]
    if missing:
        raise ShopError(
            f"{row.path}, ingested before, has no column {missing[0]!r} that the shop file maps now."
        )


def refuse_other_reading(bench: Workbench) -> None:
    """Raise ShopError where the log was read with other declarations than today's that shaped its raw text.

    Of sources that are no part of the log yet, the traces are removed where ids are to be hashed: they may hold some.
    """
    for row in bench.ledger.sources():
        now = live_reading_of(bench.source) if row.format == LIVE else reading_of(bench.source)
        if row.reading == now:
            continue
        if row.status in ("done", "held"):
            raise ShopError(
                f"{row.path} was read with another format, delimiter, header or encoding, or with another "
                "source.hash_ids (then also columns.entity and drop_suffix.entity), than source declares now. Such a "
                f"change needs the file itself: delete {bench.layout.home} and ingest anew."
            )
        if bench.guard.private:
            forget(bench, row.source)


def forget(bench: Workbench, source: int) -> None:
    """Remove every trace of a source that is not part of the log."""
    bench.ledger.forget_source(source)
    for folder in (bench.layout.bronze, bench.layout.staged, bench.layout.rejected):
        shutil.rmtree(folder(source), ignore_errors=True)


def _read(bench: Workbench, path: Path, row: SourceRow | None) -> SourceRow:
    kind = format_of(path, bench.source.format)
    with open_source(path, kind, bench.source) as opened:
        if row is not None and row.columns != opened.plan.shape.columns:
            raise SourceChanged
        if row is None:
            row = bench.ledger.add_source(_described(bench, path, kind, opened))
        try:
            read_parts(bench, opened.plan, row.source, opened.pieces(bench))
            _refuse_if_unreadable(bench, path, row.source)
            return bench.ledger.source_staged(row, opened.sha256())
        except SourceError:
            forget(bench, row.source)
            raise


def _described(bench: Workbench, path: Path, kind: str, opened: OpenSource) -> SourceRow:
    return SourceRow(
        source=0,
        path=str(path),
        sha256=None,
        bytes=path.stat().st_size,
        format=kind,
        columns=opened.plan.shape.columns,
        native_times=tuple(sorted(opened.plan.native_times)),
        reading=reading_of(bench.source),
        settings=bench.settings,
        status="reading",
    )


def _refuse_if_unreadable(bench: Workbench, path: Path, source: int) -> None:
    parts = bench.ledger.parts(source)
    rules: dict[str, int] = {}
    for part in parts:
        for rule, rows in part.rejected.items():
            rules[rule] = rules.get(rule, 0) + rows
    refuse_if_unreadable(
        path, sum(part.read for part in parts), rules, lambda rule: bench.keeping.refused(bench, parts, rule)
    )


def refuse_if_unreadable(
    path: Path, read: int, rejected: Mapping[str, int], first: Callable[[str], tuple[int, str | None]]
) -> None:
    """Raise SourceError where every row of a file was refused: what is declared is wrong, not the rows.

    `rejected` counts the refused rows by rule, `first` gives the line and the value of the first that broke a rule.
    """
    rules = dict(rejected)
    read -= rules.pop("erased", 0)  # those could be read, and may not be kept
    if not read or sum(rules.values()) < read:
        return
    rule = max(rules, key=lambda name: rules[name])
    line, value = first(rule)
    raise SourceError(
        f"{path}: not one of its {read:,} rows can be read as declared; {rules[rule]:,} broke the rule {rule} "
        f"({SAYS[rule]}), first line {line}: {value!r}. Nothing of it was kept; check [source] in the shop file."
    )


def _count_again(bench: Workbench, row: SourceRow) -> None:
    for part in bench.ledger.parts(row.source):
        bench.rows_read(part.read, 1)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
