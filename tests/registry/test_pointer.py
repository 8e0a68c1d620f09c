"""The champion pointer: read as it was written, refused where it cannot be believed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.errors import RegistryError
from willbuy.registry.pointer import (
    MOST_EARLIER,
    Named,
    Pointer,
    pointer_file,
    read_pointer,
    run_named,
    write_pointer,
)

MOMENT = "2026-01-02T03:04:05"


def named(number: int) -> Named:
    return Named(f"{number:04d}", f"{number:064x}")


def pointer(number: int = 1, token: int = 1, **rest) -> Pointer:
    return Pointer(*named(number), token, MOMENT, **rest)


def test_no_pointer_is_none(tmp_path):
    assert read_pointer(tmp_path) is None


def test_it_is_read_as_it_was_written(tmp_path):
    written = pointer(3, 7, shadow=named(4), earlier=(named(1), named(2)))
    write_pointer(tmp_path, written)
    assert read_pointer(tmp_path) == written
    assert [file.name for file in (tmp_path / "registry").iterdir()] == ["champion.json"]


@pytest.mark.parametrize(
    "change",
    [
        {"run": "../../elsewhere"},
        {"run": 3},
        {"bundle": "0" * 63},
        {"bundle": "Z" * 64},
        {"token": 0},
        {"token": "1"},
        {"token": True},
        {"format": 2},
        {"shadow": "0001"},
        {"shadow": {"run": "0001"}},
        {"earlier": None},
        {"earlier": [{"run": "..", "bundle": "0" * 64}]},
        {"token": 2},  # what could be, but was not written
        {"run": "0002"},
    ],
)
def test_what_cannot_be_believed_is_refused(tmp_path, change):
    write_pointer(tmp_path, pointer())
    file = pointer_file(tmp_path)
    file.write_text(json.dumps({**json.loads(file.read_text()), **change}))
    with pytest.raises(RegistryError, match="is no champion pointer"):
        read_pointer(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_what_is_no_json_object_is_refused(tmp_path, content):
    write_pointer(tmp_path, pointer())
    pointer_file(tmp_path).write_bytes(content)
    with pytest.raises(RegistryError, match=r"champion\.json"):
        read_pointer(tmp_path)


@given(st.lists(st.one_of(st.none(), st.integers(1, 5)), max_size=40))
def test_a_rollback_goes_to_the_champion_before(acts):
    """A number promotes that run, None rolls back: as a stack would."""
    now, stack, token = pointer(1), [1], 1
    for act in acts:
        token += 1
        if act is None and len(stack) == 1:
            with pytest.raises(RegistryError, match="is the first champion"):
                now.rolled_back(token, MOMENT)
            continue
        if act is None:
            stack.pop()
            now = now.rolled_back(token, MOMENT)
        else:
            if act != stack[-1]:
                stack = [*stack, act][-MOST_EARLIER - 1 :]
            now = now.promoted(named(act), token, MOMENT)
        assert now.champion == named(stack[-1])
        assert now.earlier == tuple(named(number) for number in stack[:-1])
        assert now.token == token


def test_who_is_promoted_leaves_the_shadow():
    now = pointer(1).shadowed(named(2), 2, MOMENT)
    assert now.promoted(named(3), 3, MOMENT).shadow == named(2)
    assert now.promoted(named(2), 3, MOMENT).shadow is None
    back = now.promoted(named(3), 3, MOMENT).shadowed(named(1), 4, MOMENT)
    assert back.rolled_back(5, MOMENT).shadow is None
    assert now.shadowed(None, 3, MOMENT).shadow is None


def test_a_run_can_be_named_champion(tmp_path):
    assert run_named(tmp_path, None) is None
    assert run_named(tmp_path, "0002") == "0002"
    with pytest.raises(RegistryError, match="willbuy promote"):
        run_named(tmp_path, "champion")
    write_pointer(tmp_path, pointer(5))
    assert run_named(tmp_path, "champion") == "0005"
