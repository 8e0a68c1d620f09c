"""The files that a user named, globs expanded."""

import glob
from collections.abc import Sequence
from pathlib import Path

from willbuy.errors import SourceError, did_you_mean


def as_list(files: Path | str | Sequence[Path | str]) -> list[Path | str]:
    """One file or several, as a list.

    >>> as_list("events.csv")
    ['events.csv']
    """
    return [files] if isinstance(files, str | Path) else list(dict.fromkeys(files))


def expand(files: Sequence[Path | str]) -> tuple[Path, ...]:
    """Return the named files, each once, a glob's matches in the order of their names. Raises SourceError."""
    found: dict[Path, None] = {}
    for given in files:
        path = Path(given)
        if path.exists():
            found[path] = None
            continue
        matches = (
            [Path(match) for match in sorted(glob.glob(str(given), recursive=True))]  # noqa: PTH207 (an absolute pattern)
            if _is_glob(given)
            else []
        )
        matches = [match for match in matches if match.is_file()]
        if not matches:
            raise SourceError(_missing(path, _is_glob(given)))
        found.update(dict.fromkeys(matches))
    if not found:
        raise SourceError("no file named. Example: willbuy init events.csv")
    return tuple(found)


def _is_glob(given: Path | str) -> bool:
    return glob.has_magic(str(given))


def _missing(path: Path, is_glob: bool) -> str:
    if is_glob:
        return f"no file matches {str(path)!r}. Check the pattern and the folder."
    try:
        beside = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    except OSError:
        beside = []
    return f"no file at {path}. Check the name and the folder.{did_you_mean(path.name, beside)}"
