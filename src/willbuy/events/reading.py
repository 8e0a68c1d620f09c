"""Reading one source: piece by piece into bronze and staged parts, several at a time, each recorded when complete."""

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

from willbuy.events.sources import Piece
from willbuy.events.staging import stage_part
from willbuy.events.typed import RowPlan
from willbuy.events.workbench import Workbench
from willbuy.warehouse.ledger import Part


class SourceChanged(Exception):
    """A file is not the one whose first parts were read before."""


def read_parts(bench: Workbench, plan: RowPlan, source: int, pieces: Iterator[Piece]) -> None:
    """Make every part of a source that the ledger does not hold yet.

    Raises SourceChanged when a part that it holds is another now; SourceError when the file is damaged.
    """
    finished = {part.part: part for part in bench.ledger.parts(source)}
    with ThreadPoolExecutor(bench.workers) as pool:
        running: dict[Future[Part], Piece] = {}
        try:
            for piece in pieces:
                done = finished.get(piece.part)
                if done is None:
                    running[pool.submit(_make, bench, plan, source, piece)] = piece
                elif (done.digest, done.lines) == (piece.digest, piece.lines):
                    bench.rows_read(done.read, piece.part_of_file)
                else:
                    raise SourceChanged
                _record(bench, running, at_most=bench.workers)
            _record(bench, running, at_most=0)
        except BaseException:
            for future in running:
                future.cancel()
            raise


def _record(bench: Workbench, running: dict[Future[Part], Piece], at_most: int) -> None:
    while len(running) > at_most:
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            piece = running.pop(future)
            part = future.result()
            bench.ledger.add_part(part)
            bench.rows_read(part.read, piece.part_of_file)


def _make(bench: Workbench, plan: RowPlan, source: int, piece: Piece) -> Part:
    bronze = bench.layout.bronze(source) / f"part-{piece.part:05d}.parquet"
    piece.write(bronze)
    fresh = Part(
        source, piece.part, _below(bench, bronze), piece.digest, piece.first_line, piece.lines, piece.quotes
    )
    return stage(bench, plan, fresh)


def stage(bench: Workbench, plan: RowPlan, part: Part) -> Part:
    """Type the rows of a bronze part by the present settings; return the part with its new files and counts."""
    name = f"part-{part.part:05d}-{bench.settings[:12]}.parquet"
    staged = bench.layout.staged(part.source) / name
    rejects = bench.layout.rejected(part.source) / name
    made = stage_part(bench.cursor(), plan, bench.layout.home / part.bronze, part, staged, rejects)
    return replace(
        part,
        staged=_below(bench, staged),
        rejects=_below(bench, rejects) if made.rejected else None,
        read=made.read,
        rejected=made.rejected,
    )


def _below(bench: Workbench, path: Path) -> str:
    return path.relative_to(bench.layout.home).as_posix()
