"""Which files a shop's source is made of, and what each of them is."""

from collections.abc import Sequence
from pathlib import Path

from willbuy.errors import ShopError, SourceError
from willbuy.shop import Shop

COMPRESSED = (".gz", ".zst")
_FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
}


def find_files(shop: Shop, given: Sequence[str] | None) -> list[Path]:
    """The files named by paths or globs, in order, each once: `given` ones, else the shop file's.

    Given paths are relative to the working folder, the shop file's to its own. Raises SourceError when one
    names nothing.
    """
    names = list(given) if given else list(shop.source.files)
    if not names:
        raise ShopError('source.files is empty: name the log, such as files = ["events.csv"].')
    return files_named(names, Path() if given else shop.folder, "source.files")


def files_named(names: Sequence[str], folder: Path, key: str) -> list[Path]:
    """The files of paths or globs relative to a folder, in order, each once.

    Raises SourceError when one names nothing; `key` is the key of the shop file to check.
    """
    found: list[Path] = []
    for name in names:
        matches = _matches(folder, name)
        if not matches:
            raise SourceError(
                f"no file {name!r} (looked in {folder.resolve()}). Check {key} or the name you gave."
            )
        found += matches
    return list(dict.fromkeys(path.resolve() for path in found))


def _matches(folder: Path, name: str) -> list[Path]:
    path = folder / name
    if path.is_file():
        return [path]
    if path.is_dir():
        raise SourceError(f"{path} is a folder; name its files, such as '{name}/*.csv'.")
    pattern = Path(name)
    root = Path(path.anchor) if pattern.is_absolute() else folder
    inside = pattern.relative_to(pattern.anchor) if pattern.is_absolute() else pattern
    return sorted(match for match in root.glob(str(inside)) if match.is_file())


def format_of(path: Path, declared: str | None) -> str:
    """`csv`, `parquet` or `jsonl`: as declared, else by the file's name.

    >>> format_of(Path("2019-Oct.csv.gz"), None), format_of(Path("events.ndjson"), None)
    ('csv', 'jsonl')
    """
    if declared:
        return declared
    suffixes = [suffix.lower() for suffix in path.suffixes]
    while suffixes and suffixes[-1] in COMPRESSED:
        suffixes.pop()
    found = _FORMATS.get(suffixes[-1]) if suffixes else None
    if found is None:
        raise SourceError(
            f"{path}: cannot tell its format by its name. Declare source.format: 'csv', 'parquet' or 'jsonl'."
        )
    return found
