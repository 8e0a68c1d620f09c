"""Whether a file still holds what was deleted from it, to the byte."""

from collections.abc import Collection
from pathlib import Path

_PIECE = 1 << 20


def holds(path: Path, needles: Collection[bytes]) -> bool:
    """Whether a file holds any of some bytes, none of them empty; it is read in pieces that overlap.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "some"
    ...     _ = file.write_bytes(bytes(_PIECE - 2) + b"ann-7")
    ...     holds(file, [b"bob", b"ann-7"]), holds(file, [b"bob"])
    (True, False)
    """
    overlap = max(map(len, needles), default=1) - 1
    tail = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            seen = tail + piece
            if any(needle in seen for needle in needles):
                return True
            tail = seen[-overlap:] if overlap else b""
    return False
