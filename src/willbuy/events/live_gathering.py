"""Gathering what is new in the store since the last ingest of it, or finishing what an interrupted one began."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from willbuy.errors import SourceError
from willbuy.events.blocks import Block, block_of
from willbuy.events.bronze import write_block
from willbuy.events.gathering import forget
from willbuy.events.live_source import LiveEvents, Span, line_of, live_plan
from willbuy.events.reading import SourceChanged, read_parts
from willbuy.events.settings import live_reading_of
from willbuy.events.sources import Piece
from willbuy.events.workbench import Workbench
from willbuy.warehouse.ledger import LIVE, SourceRow


def gather_live(bench: Workbench, live: LiveEvents) -> list[SourceRow]:
    """Read the store's new events into bronze and staged parts; one source, or none where nothing is new.

    What an interrupted run had begun is finished first, if the store still holds the same. Raises SourceError where
    the store holds fewer events than were read from it: then it is another store.
    """
    last = live.last()
    done = max((Span.of(row.path).last for row in bench.ledger.live_sources()), default=0)
    if last < done or not _same_store(bench, live):
        raise SourceError(
            f"the live events in {bench.layout.home} are not those that were ingested before, up to number {done:,}: "
            "they are another store's, or an older copy. Put the right ones back, or delete the ledger and all that was "
            "ingested, and ingest files and live events anew."
        )
    begun = [row for row in bench.ledger.sources() if row.format == LIVE and row.status != "done"]
    sources = [found for row in begun if (found := _resume(bench, live, row))]
    done = max([done, *(Span.of(row.path).last for row in sources)])
    if last > done:
        sources.append(_read(bench, live, _register(bench, Span(done + 1, last))))
    return sources


def _same_store(bench: Workbench, live: LiveEvents) -> bool:
    """Whether the last event that was read is still the event of its number, as far as either side remembers it."""
    parts = [part for row in bench.ledger.live_sources()[-1:] for part in bench.ledger.parts(row.source)]
    if not parts:
        return True
    sql = "SELECT raw FROM read_parquet(?, file_row_number = true) ORDER BY file_row_number DESC LIMIT 1"
    last = bench.keeping.bronze(bench, parts[-1])
    rows = bench.connection.execute(sql, [str(bench.layout.home / last.bronze)]).fetchall()
    known = json.loads(rows[0][0]) if rows else {}
    if "seq" not in known:
        return True
    return all(
        known[name] == getattr(row, name)
        for row in live.between(known["seq"], known["seq"])
        for name in ("entity", "time", "received")
    )


def _register(bench: Workbench, span: Span) -> SourceRow:
    row = SourceRow(
        source=0,
        path=span.path,
        sha256=None,
        bytes=0,
        format=LIVE,
        columns=(),
        native_times=(),
        reading=live_reading_of(bench.source),
        settings=bench.settings,
        status="reading",
    )
    return bench.ledger.add_source(row)


def _resume(bench: Workbench, live: LiveEvents, row: SourceRow) -> SourceRow | None:
    """The source as it stands when it is read whole; None where its rows or their typing changed: then it is forgotten."""
    if row.settings == bench.settings:
        try:
            return _read(bench, live, row)
        except SourceChanged:
            pass
    forget(bench, row.source)
    return None


def _read(bench: Workbench, live: LiveEvents, row: SourceRow) -> SourceRow:
    digest = hashlib.sha256()
    read_parts(bench, live_plan(bench.source), row.source, _pieces(bench, live, Span.of(row.path), digest))
    if row.sha256 not in (None, digest.hexdigest()):
        raise SourceChanged
    return bench.ledger.source_staged(row, digest.hexdigest())


def _pieces(bench: Workbench, live: LiveEvents, span: Span, digest: "hashlib._Hash") -> Iterator[Piece]:
    line = 1
    for number, part in enumerate(span.parts()):
        digits = bench.source.currency_digits
        lines = [line_of(row, digits) for row in live.between(part.first, part.last)]
        if not lines:
            continue
        data = "".join(f"{text}\n" for text in lines).encode()
        digest.update(data)
        block = block_of(data, line, 0)
        scratch = bench.layout.temporary / f"block-live-{number:05d}.txt"

        def write(target: Path, block: Block = block, scratch: Path = scratch) -> None:
            write_block(bench.connection, block, target, scratch)

        done = (part.last - span.first + 1) / (span.last - span.first + 1)
        yield Piece(number, block.first_line, block.lines, block.quotes, block.digest, done, write)
        line = block.next_line
