"""A bundle's first load, in a process of its own: `python -m willbuy.registry.trial FOLDER ID MEMORY`.

Ends with 0 where the bundle loads, its golden rows hold and one row alone scores as it does among many; with 3 and a
sentence where it does not; by a signal where the bundle brings the process down.
"""

import sys


def main(folder: str, bundle_id: str, memory: int) -> int:
    """Load with bounded memory (bytes of address space). Returns the exit code; what is wrong goes to standard output."""
    bound(memory)
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


def bound(memory: int) -> None:
    """Bound the address space and forbid core files, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
