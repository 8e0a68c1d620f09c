"""Which processes live."""

import os
import subprocess
import sys

from willbuy.processes import is_alive, is_another


def test_a_child_is_another_until_it_has_ended() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert is_alive(child.pid)
    assert is_another(str(child.pid))
    child.communicate(b"\n")
    assert not is_alive(child.pid)
    assert not is_another(str(child.pid))


def test_a_process_of_someone_else_is_alive() -> None:
    assert is_another("1") or os.getpid() == 1


def test_what_is_no_number_is_nobody() -> None:
    assert not is_another("")
    assert not is_another("-1")
    assert not is_another("12a")
