"""Files that are complete under their names, or not there."""

import os
from contextlib import suppress
from pathlib import Path

from willbuy.durable import sync_folder


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
        number = path.name.split(".")[1]
        if not (number.isdigit() and is_another(int(number))):
            path.unlink(missing_ok=True)


def is_another(process: int) -> bool:
    """Whether a number is that of a living process other than this one."""
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
