"""The files of a bundle: written whole or not at all, and read only once every hash holds."""

import os
import shutil
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from willbuy.durable import sync_folder
from willbuy.errors import BundleError
from willbuy.models.manifest import LARGEST_MANIFEST, parse, sha256

MANIFEST, MODEL, GOLDEN, NATIVE = "manifest.json", "model.npz", "golden.npz", "model.ubj"
LARGEST_FILE = 1 << 30  # bytes
_NEEDED, _KNOWN = {MODEL, GOLDEN}, {MODEL, GOLDEN, NATIVE}


@dataclass(frozen=True)
class BundleFiles:
    """The bytes of a bundle, every hash checked."""

    id: str
    manifest: dict[str, Any]
    content: dict[str, bytes]


def read_files(folder: Path, expected_id: str | None) -> BundleFiles:
    """Read and check a bundle's files. Raises BundleError before any parser of a model sees a byte."""
    if not folder.is_dir():
        raise BundleError(f"no bundle at {folder}: there is no such folder")
    text = _read(folder / MANIFEST, LARGEST_MANIFEST)
    bundle_id = sha256(text)
    if expected_id is not None and bundle_id != expected_id:
        raise BundleError(
            f"{folder} is bundle {bundle_id[:12]}; expected {expected_id[:12]}. It was not loaded"
        )
    manifest = parse(text)
    listed = _listed(manifest)
    _check_names(folder, set(listed))
    content = {name: _read_checked(folder / name, size, digest) for name, (size, digest) in listed.items()}
    return BundleFiles(bundle_id, manifest, content)


def _listed(manifest: Mapping[str, Any]) -> dict[str, tuple[int, str]]:
    """Size and SHA-256 of each file that the manifest lists."""
    files = manifest.get("files")
    if not isinstance(files, dict) or not _NEEDED <= set(files) <= _KNOWN:
        raise BundleError(f"manifest.json lists other files than a bundle has ({', '.join(sorted(_KNOWN))})")
    listed = {}
    for name, entry in files.items():
        size, digest = (entry.get("size"), entry.get("sha256")) if isinstance(entry, dict) else (None, None)
        if type(size) is not int or not 0 < size <= LARGEST_FILE or not isinstance(digest, str):
            raise BundleError(f"manifest.json: {name} has no usable size or SHA-256")
        listed[name] = (size, digest)
    return listed


def _check_names(folder: Path, listed: set[str]) -> None:
    found, expected = {entry.name for entry in os.scandir(folder)}, {*listed, MANIFEST}
    if missing := sorted(expected - found):
        raise BundleError(f"{folder} is incomplete: {', '.join(missing)} is missing")
    if extra := sorted(found - expected):
        raise BundleError(
            f"{folder} holds {extra[0][:80]!r}, which its manifest does not list ({len(extra)} such)"
        )


def _read_checked(path: Path, size: int, digest: str) -> bytes:
    content = _read(path, size)
    if len(content) != size or sha256(content) != digest:
        raise BundleError(f"{path} is damaged: its size or its SHA-256 is not what the manifest says")
    return content


def _read(path: Path, most: int) -> bytes:
    """At most `most` bytes of a regular file, never through a link. Raises BundleError."""
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise BundleError(f"{path} is a link or no regular file; a bundle holds plain files only")
        with os.fdopen(os.open(path, flags), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > most:
                raise BundleError(f"{path} has {status.st_size} bytes; expected at most {most}")
            return file.read(most + 1)
    except OSError as error:
        raise BundleError(f"{path} cannot be read: {error.strerror}") from error


def write_files(folder: Path, content: Mapping[str, bytes]) -> None:
    """Write the files into a new folder beside `folder`, sync them, and rename it: complete, or not there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for name, data in content.items():
            with (made / name).open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        made.chmod(0o755)
        sync_folder(made)
        made.rename(folder)
        sync_folder(folder.parent)
    except OSError as error:
        raise BundleError(
            f"{folder} could not be written: {error.strerror}. Nothing of it was kept"
        ) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)  # gone already where the rename went well
