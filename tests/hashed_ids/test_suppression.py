"""The list of erased visitors (P2)."""

from pathlib import Path

import pytest

from willbuy.errors import WillbuyError
from willbuy.hashed_ids import Suppression, suppression
from willbuy.hashed_ids.secret_file import read_secret


def test_who_was_erased_is_known_and_not_named(tmp_path: Path) -> None:
    ours, other = Suppression(tmp_path), Suppression(tmp_path)
    assert not ours.holds("ann@example.com") and list(tmp_path.iterdir()) == []
    ours.add("ann@example.com")
    ours.add("bob")
    ours.add("bob")
    assert ours.holds("ann@example.com") and other.holds("bob") and not other.holds("eve")
    assert len(other.digests) == 2
    for path in (tmp_path / "privacy").iterdir():
        assert b"ann" not in path.read_bytes()
    assert (tmp_path / "privacy" / "suppression.key").stat().st_mode & 0o777 == 0o600


def test_one_that_has_read_the_list_sees_what_another_adds(tmp_path: Path) -> None:
    reader, writer = Suppression(tmp_path), Suppression(tmp_path)
    writer.add("ann")
    assert not reader.holds("bob")
    writer.add("bob")
    assert reader.holds("bob")


def test_one_that_begins_while_another_does_has_the_same_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(path: Path) -> bytes | None:
        found = read_secret(path)
        monkeypatch.undo()
        Suppression(tmp_path).add("ann")
        return found

    late = Suppression(tmp_path)
    monkeypatch.setattr(suppression, "read_secret", overtaken)
    late.add("bob")
    assert late.holds("ann") and Suppression(tmp_path).holds("bob")


def test_a_line_that_was_cut_spoils_no_other(tmp_path: Path) -> None:
    Suppression(tmp_path).add("ann")
    with (tmp_path / "privacy" / "suppressed.txt").open("a") as file:
        file.write("0123abc")
    Suppression(tmp_path).add("bob")
    again = Suppression(tmp_path)
    assert again.holds("ann") and again.holds("bob") and len(again.digests) == 2


def test_a_list_without_its_key_is_told(tmp_path: Path) -> None:
    Suppression(tmp_path).add("ann")
    (tmp_path / "privacy" / "suppression.key").unlink()
    with pytest.raises(WillbuyError, match="is gone"):
        Suppression(tmp_path).holds("ann")
