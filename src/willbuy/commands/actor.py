"""Who runs a command, for the audit log."""

from getpass import getuser


def actor() -> str:
    """The name of the user; their number where the system knows no name, as in many containers."""
    try:
        return getuser()
    except (KeyError, OSError, ImportError):
        import os

        return f"user {os.getuid()}" if hasattr(os, "getuid") else "unknown"
