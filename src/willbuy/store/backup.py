"""A copy of what a service has written, taken while it writes: as of one moment each file, complete, or not there.

The bundles of the runs come along, so that a copy can be served. What an ingest makes again of the log's files is not part
of it, nor is the shop file.
"""

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from willbuy.durable import sync_folder
from willbuy.errors import WillbuyError
from willbuy.store.files import put_in_place

DATABASES = ("live/events.sqlite", "live/predictions.sqlite", "live/history.sqlite")
FILES = (
    "keys.json",
    "keys.made",
    "id.key",
    "id.fingerprint",
    "audit.jsonl",
    "audit.head",
    "privacy",
    "registry",
)
OF_A_RUN = ("bundle", "result.json", "parity.json", "test-opened.txt")
"""What a run needs to be served, and to say what it is."""


@dataclass(frozen=True)
class BackedUp:
    """What a backup holds: its files with their bytes, and how many live events, up to which number.

    `elsewhere` says that events and answers lie on a database server, and are no part of it.
    """

    folder: Path
    files: dict[str, int]
    events: int
    last: int
    elsewhere: bool = False

    def to_json(self) -> dict[str, Any]:
        """The object that `willbuy backup --json` prints."""
        return {
            "folder": str(self.folder),
            "files": self.files,
            "bytes": sum(self.files.values()),
            "events": self.events,
            "last_event": self.last,
            "on_server": self.elsewhere,
        }

    @property
    def _keys(self) -> str:
        """That it holds keys; which one tells a hashed id's owner to whoever has the log."""
        of_ids = ", id.key among them: with it hashed ids can be found out" if "id.key" in self.files else ""
        return f"It holds keys{of_ids}. Guard it as the home itself."

    def sentence(self) -> str:
        """For the terminal."""
        size = sum(self.files.values()) / 1e6
        if self.elsewhere:
            return (
                f"{self.folder} holds {len(self.files)} files ({size:,.1f} MB). Events and answers are in PostgreSQL: copy the "
                f"shop's schema with pg_dump. {self._keys}"
            )
        return (
            f"{self.folder} holds {len(self.files)} files ({size:,.1f} MB) with {self.events:,} live events. To restore: stop "
            f"the service, copy what it holds into the home of a shop, start again. {self._keys}"
        )


def back_up(home: Path, folder: Path, elsewhere: bool = False) -> BackedUp:
    """Copy what a service has written into an empty folder. The service goes on: nothing waits for the copy.

    `elsewhere` says that events and answers lie on a database server: files of that kind are of before, and left out.

    Raises WillbuyError where there is nothing to copy, or where the folder holds something.
    """
    names = FILES if elsewhere else (*DATABASES, *FILES)
    if not any((home / name).exists() for name in names):
        raise WillbuyError(f"{home} holds nothing that a service has written. Start one: willbuy serve")
    if folder.exists() and any(folder.iterdir()):
        raise WillbuyError(f"{folder} is not empty. Name an empty folder, or one that is not there yet.")
    for name in _names(home, names):
        for path in _files(home / name):
            target = folder / path.relative_to(home)
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_name(f"{target.name}.partial")
            if name in DATABASES:
                _copy_database(path, partial)
            else:
                try:
                    shutil.copy2(path, partial)
                except FileNotFoundError:  # such as an erasure that ended meanwhile
                    continue
            put_in_place(partial, target)
    sync_folder(folder)
    return replace(_looked_at(folder), elsewhere=elsewhere)


def _names(home: Path, names: Sequence[str]) -> Iterator[str]:
    """What there is to copy. The runs come last: so the run that the pointer names is among them, if it was just promoted."""
    yield from (name for name in names if (home / name).exists())
    for run in sorted((home / "runs").glob("*")):
        yield from (f"runs/{run.name}/{name}" for name in OF_A_RUN if (run / name).exists())


def _files(path: Path) -> Iterator[Path]:
    """The files of a folder, or the file; not those that somebody is writing beside (`write_durably`)."""
    if path.is_dir():
        yield from sorted(
            inner for inner in path.rglob("*") if inner.is_file() and not inner.name.startswith(".")
        )
    else:
        yield path


def _copy_database(path: Path, target: Path) -> None:
    """In one step, so as of one moment: SQLite would begin anew after every write that comes between two."""
    where = f"{path.absolute().as_uri()}?mode=ro"
    target.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(where, uri=True, timeout=30)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, whatever the source keeps beside it


def _looked_at(folder: Path) -> BackedUp:
    """Open every copy again: a backup that cannot be read is none."""
    for name in DATABASES:
        if (folder / name).exists():
            with closing(sqlite3.connect(folder / name)) as db:
                [(found,)] = db.execute("PRAGMA quick_check(1)").fetchall()
            if found != "ok":
                raise WillbuyError(
                    f"the copy {folder / name} is damaged: {found}. The file that it was made of may be."
                )
    events = last = 0
    if (folder / DATABASES[0]).exists():
        with closing(sqlite3.connect(folder / DATABASES[0])) as db:
            [(events, last)] = db.execute("SELECT count(*), coalesce(max(seq), 0) FROM events").fetchall()
    files = {path.relative_to(folder).as_posix(): path.stat().st_size for path in _files(folder)}
    return BackedUp(folder, files, events, last)
