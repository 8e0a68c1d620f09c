"""A bundle's first load, in a process of its own: `python -m willbuy.registry.trial FOLDER ID SECONDS MEMORY`.

Ends with 0 where the bundle loads, its golden rows hold and one row alone scores as it does among many; with 3 and a
sentence where it does not; by a signal where the bundle brings the process down.
"""

import sys

LATER = 5  # seconds


def main(folder: str, bundle_id: str, seconds: int, memory: int) -> int:
    """Load within bounds. Returns the exit code; what is wrong goes to standard output."""
    bound(seconds, memory)
    from pathlib import Path

    from willbuy.errors import BundleError
    from willbuy.models.bundle import load_bundle

    try:
        load_bundle(Path(folder), bundle_id)
    except BundleError as error:
        sys.stdout.write(str(error))
        return 3
    except MemoryError:
        sys.stdout.write(f"its first load needs more than {memory >> 20} MB")
        return 3
    return 0


def bound(seconds: int, memory: int) -> None:
    """Bound the bytes of address space, and forbid core files, where the system can.

    The time is bounded by whoever waits; an alarm some seconds later ends a process that nobody waits for any more.
    """
    try:
        import resource
        import signal
    except ImportError:  # Windows
        return
    if hasattr(signal, "alarm"):
        signal.alarm(seconds + LATER)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
