"""Files that survive a crash, and locks: whole or not at all, one at a time, and nobody waits for ever."""

import os
import threading
from pathlib import Path

import pytest

from willbuy.durable import locked, remove_partial, write_durably


def test_a_file_is_replaced_whole_with_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "new" / "file"
    write_durably(file, b"one", mode=0o600)
    write_durably(file, b"two", mode=0o600)
    assert file.read_bytes() == b"two"
    assert [path.name for path in file.parent.iterdir()] == ["file"]
    if os.name != "nt":
        assert file.stat().st_mode & 0o777 == 0o600


def test_a_write_that_fails_leaves_the_old_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_durably(tmp_path / "file", b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("willbuy.durable.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_durably(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_was_left_half_written_is_removed_and_nothing_else(tmp_path: Path) -> None:
    for name in ("file", ".file.abc", ".other.abc", "file.abc"):
        (tmp_path / name).write_text("x")
    remove_partial(tmp_path / "file")
    assert {path.name for path in tmp_path.iterdir()} == {"file", ".other.abc", "file.abc"}


def test_a_lock_holds_others_off_and_none_waits_for_ever(tmp_path: Path) -> None:
    inside: list[int] = []

    def work(number: int) -> None:
        with locked(tmp_path / "lock"):
            inside.append(number)
            assert len(inside) == 1
            inside.remove(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with (
        locked(tmp_path / "lock"),
        pytest.raises(TimeoutError, match="does not move"),
        locked(tmp_path / "lock", patience=0.05),
    ):
        pass
    assert inside == []
