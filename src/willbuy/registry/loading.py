"""Loading a bundle without trusting it: hashes first, then a first load in a child process, then here.

hashes   every file is what the id says, before any parser sees a byte
child    a first load in a process of its own, with bounds on time and memory: if it crashes, hangs or swells, that
         process dies and not this one, and the bundle is marked bad by its id and not tried again
here     the same bytes, hashed again
"""

import os
import subprocess
import sys
from math import ceil
from pathlib import Path

from willbuy.durable import write_durably
from willbuy.errors import BundleError, printable
from willbuy.models.bundle import Bundle, load_bundle
from willbuy.models.bundle_files import read_files
from willbuy.registry.pointer import FOLDER

BAD = "bad"
SECONDS = 60.0  # a large forest loads in one
MEMORY = 4 << 30  # bytes of address space


def load_safely(
    folder: Path,
    expected_id: str,
    *,
    home: Path | None = None,
    seconds: float = SECONDS,
    memory: int = MEMORY,
) -> Bundle:
    """Load the bundle of this id. Raises BundleError, and nothing of it has then run in this process but the hashing.

    With `home` a bundle that failed its first load is marked bad there; it is refused at once from then on.
    """
    if home is not None and (why := why_bad(home, expected_id)) is not None:
        raise BundleError(f"bundle {expected_id[:12]} is marked bad and is not tried again: {why}")
    read_files(folder, expected_id)
    why = first_load(folder, expected_id, seconds, memory)
    if why is not None:
        if home is not None:
            mark_bad(home, expected_id, why)
        raise BundleError(f"{folder} is no usable bundle: {why}")
    return load_bundle(folder, expected_id)


def first_load(folder: Path, expected_id: str, seconds: float = SECONDS, memory: int = MEMORY) -> str | None:
    """Load the bundle in a child process; None where that went well, else what became of it."""
    bounds = (str(ceil(seconds)), str(memory))
    command = [sys.executable, "-P", "-m", "willbuy.registry.trial", str(folder), expected_id, *bounds]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
            env=_environment(),
        )
    except subprocess.TimeoutExpired:
        return f"its first load took longer than {seconds:g} s"
    if done.returncode == 0:
        return None
    if done.returncode < 0:
        return f"the process of its first load died of signal {-done.returncode}"
    said = printable(done.stdout[:400].decode("utf-8", "replace").strip(), 300)
    return said or f"its first load ended with code {done.returncode}"


def why_bad(home: Path, bundle: str) -> str | None:
    """Why a bundle is marked bad; None where it is not."""
    try:
        return (home / FOLDER / BAD / bundle).read_text(encoding="utf-8").strip()
    except OSError:
        return None


def mark_bad(home: Path, bundle: str, why: str) -> None:
    """Mark a bundle by its id. Where nothing can be written, it is only tried again."""
    try:
        write_durably(home / FOLDER / BAD / bundle, f"{why}\n".encode())
    except OSError:
        return


def forgive(home: Path, bundle: str) -> None:
    """Take the mark away: somebody who promotes the bundle wants it tried again."""
    (home / FOLDER / BAD / bundle).unlink(missing_ok=True)


def _environment() -> dict[str, str]:
    """This process's environment without willbuy's own secrets; one thread, since each sets address space aside."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WILLBUY_")}
    return {**kept, **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")}
