"""Reading one source: piece by piece into bronze and staged parts, several at a time, each recorded when complete."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from willbuy.events.sources import Piece
from willbuy.events.staging import stage_part
from willbuy.events.typed import RowPlan
from willbuy.events.workbench import Tools, Workbench
from willbuy.warehouse.ledger import Part


class SourceChanged(Exception):
    """A file is not the one whose first parts were read before."""


def read_parts(bench: Workbench, plan: RowPlan, source: int, pieces: Iterator[Piece]) -> None:
    """Make every part of a source that the ledger does not hold yet.

    Raises SourceChanged when a part that it holds is another now; SourceError when the file is damaged.
    """
    for piece, part in bench.in_parallel(_jobs(bench, plan, source, pieces)):
        bench.ledger.add_part(part)
        bench.rows_read(part.read, piece.part_of_file)


def _jobs(
    bench: Workbench, plan: RowPlan, source: int, pieces: Iterator[Piece]
) -> Iterator[tuple[Piece, Callable[[], Part]]]:
    finished = {part.part: part for part in bench.ledger.parts(source)}
    for piece in pieces:
        done = finished.get(piece.part)
        if done is None:
            yield piece, partial(_make, bench, plan, source, piece)
        elif (done.digest, done.lines) == (piece.digest, piece.lines):
            bench.rows_read(done.read, piece.part_of_file)
        else:
            raise SourceChanged


def _make(bench: Workbench, plan: RowPlan, source: int, piece: Piece) -> Part:
    bronze = bench.layout.bronze(source) / f"part-{piece.part:05d}.parquet"
    piece.write(bronze)
    fresh = Part(
        source, piece.part, _below(bench, bronze), piece.digest, piece.first_line, piece.lines, piece.quotes
    )
    return bench.keeping.keep(bench, stage(bench, plan, fresh), fresh=True)


def restage(bench: Workbench, plan: RowPlan, part: Part) -> Part:
    """Type the rows of a kept part anew; return the part with its new counts."""
    return bench.keeping.keep(bench, stage(bench, plan, bench.keeping.bronze(bench, part)), fresh=False)


def stage(bench: Tools, plan: RowPlan, part: Part) -> Part:
    """Type the rows of a bronze part by the present settings; return the part with its new files and counts."""
    staged = staged_file(bench, part)
    rejects = bench.layout.rejected(part.source) / staged.name
    made = stage_part(bench.connection, plan, bench.layout.home / part.bronze, part, staged, rejects)
    return replace(
        part,
        staged=_below(bench, staged),
        rejects=_below(bench, rejects) if made.rejected else None,
        read=made.read,
        rejected=made.rejected,
    )


def staged_file(bench: Tools, part: Part) -> Path:
    """Where a part's typed rows are staged. The name says of which rows and by which settings they were made."""
    made_of = f"{part.part:05d}-{part.first_line}-{part.digest:08x}"
    return bench.layout.staged(part.source) / f"part-{made_of}-{bench.settings[:12]}.parquet"


def _below(bench: Tools, path: Path) -> str:
    return path.relative_to(bench.layout.home).as_posix()
