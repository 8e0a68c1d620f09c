"""A file to be used on the way: on the disk, or, where nothing may lie there, in memory."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_file(path: Path, private: bool) -> Iterator[Path]:
    """The place of a file that is there no longer at the end.

    A private one never lies in the folder of `path`: it is in memory where the system can do that (Linux), else in the
    system's folder for temporary files, readable by its owner alone.
    """
    if not private:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)
    elif hasattr(os, "memfd_create"):
        descriptor = os.memfd_create(path.name)
        try:
            yield Path(f"/proc/self/fd/{descriptor}")
        finally:
            os.close(descriptor)
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder) / path.name
