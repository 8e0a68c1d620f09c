"""One process at a time changes a log; and whoever begins first removes what one that died left behind."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from willbuy.errors import WillbuyError
from willbuy.events.parquet import PARTIAL
from willbuy.warehouse.layout import Layout
from willbuy.warehouse.ledger import Ledger


def sweep(layout: Layout, ledger: Ledger) -> None:
    """Remove what a process that died left behind: files half-written, and folders that the ledger does not need."""
    for pattern in (f"*/**/*{PARTIAL}", f"{layout.temporary.name}/block-*.txt"):
        for path in layout.home.glob(pattern):
            path.unlink(missing_ok=True)
    status = {row.source: row.status for row in ledger.sources()}
    for room in (layout.bronze, layout.staged, layout.rejected):
        for folder in room(0).parent.glob("source-*"):
            needed = status.get(int(folder.name.removeprefix("source-")))
            if needed is None or (needed == "done" and room == layout.staged):
                shutil.rmtree(folder, ignore_errors=True)


def drop_unfinished(layout: Layout, ledger: Ledger) -> None:
    """Remove all that no finished ingest has made visible, an interrupted one's rows too: it will begin anew.

    Of held sources bronze stays, and their rows are typed again from it when they are merged.
    """
    for row in ledger.sources():
        if row.status == "held":
            for part in ledger.parts(row.source):
                ledger.add_part(replace(part, staged=None, rejects=None, read=0, rejected={}))
            shutil.rmtree(layout.staged(row.source), ignore_errors=True)
        elif row.status != "done":
            ledger.forget_source(row.source)
    ledger.merges("")  # those of any run are forgotten
    sweep(layout, ledger)
    named = {part.rejects for row in ledger.sources() for part in ledger.parts(row.source)}
    for path in layout.home.glob("rejected/*/*.parquet"):
        if path.relative_to(layout.home).as_posix() not in named:
            path.unlink()


@contextmanager
def one_at_a_time(layout: Layout, patience: float = 0) -> Iterator[None]:
    """Hold the shop's lock, waited for up to `patience` seconds. The system frees it when the process dies, however it dies.

    Raises WillbuyError where another process holds it.
    """
    lock = sqlite3.connect(layout.lock, isolation_level=None, timeout=patience)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        raise WillbuyError(f"another ingest is at work in {layout.home}. Wait for it to end.") from error
    try:
        yield
    finally:
        lock.close()
