"""Other processes: what one that was killed left behind may go, what a living one is using may not."""

import os


def is_alive(process: int) -> bool:
    """Whether there is a process of a number, whoever's it is.

    >>> is_alive(os.getpid())
    True
    """
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def is_another(name: str) -> bool:
    """Whether a name's number is that of a living process other than this one; a name that is no number is nobody's.

    >>> is_another(str(os.getpid())), is_another("x")
    (False, False)
    """
    return name.isdigit() and int(name) != os.getpid() and is_alive(int(name))
