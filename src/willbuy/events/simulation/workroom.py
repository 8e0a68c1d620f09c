"""Where a simulation writes before its files get their names: a folder beside them, gone afterwards."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from willbuy.errors import WillbuyError


def put(made: Path, path: Path) -> None:
    """Give a finished file its name: a rename within its own folder, which is never seen half done."""
    beside = path.with_name(f".{path.name}.partial")
    try:
        shutil.move(made, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def workroom(path: Path) -> Iterator[Path]:
    """A folder beside `path`, gone afterwards; what the disk or the engine refuses becomes one clear error."""
    room = None
    try:
        room = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        yield room
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        reason = str(error).splitlines()[0]
        raise WillbuyError(
            f"{path} could not be written ({reason}): make room on its disk and start again"
        ) from error
    finally:
        if room:
            shutil.rmtree(room, ignore_errors=True)
