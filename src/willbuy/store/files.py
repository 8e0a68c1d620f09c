"""Files that are complete under their names, or not there."""

import os
from contextlib import suppress
from pathlib import Path

from willbuy.durable import sync_folder
from willbuy.processes import is_another


def put_in_place(partial: Path, path: Path) -> None:
    """Sync a file and rename it over another: a power cut leaves the old one or the new one."""
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    partial.replace(path)
    sync_folder(path.parent)


def sync_new_folders(folder: Path) -> None:
    """Make a folder that may be new outlive a power cut, and the one that it lies in."""
    sync_folder(folder)
    sync_folder(folder.parent)
    with suppress(OSError):  # not everyone may read the folder of the shop
        sync_folder(folder.parent.parent)


def remove_partials(folder: Path) -> None:
    """Remove histories that a killed process left unfinished. Those of living processes stay: their names hold their numbers."""
    for path in folder.glob("history.*.partial*"):
        if not is_another(path.name.split(".")[1]):
            path.unlink(missing_ok=True)
