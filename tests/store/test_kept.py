"""What is kept in memory is bounded, and never older than what is committed."""

from willbuy.store.kept import Kept


def test_the_oldest_goes_where_it_weighs_too_much() -> None:
    kept: Kept[list[int]] = Kept(10, len)
    for name, size in (("a", 4), ("b", 4), ("c", 4)):
        kept.put(name, [0] * size, kept.turn)
    assert [kept.get(name) is not None for name in "abc"] == [False, True, True]
    kept.put("d", [0] * 50, kept.turn)
    assert [kept.get(name) is not None for name in "bcd"] == [False, False, True]


def test_what_was_asked_for_stays_longer() -> None:
    kept: Kept[int] = Kept(2)
    kept.put("a", 1, kept.turn)
    kept.put("b", 2, kept.turn)
    assert kept.get("a") == 1
    kept.put("c", 3, kept.turn)
    assert [kept.get(name) for name in "abc"] == [1, None, 3]


def test_a_value_put_again_weighs_once() -> None:
    kept: Kept[list[int]] = Kept(10, len)
    for _ in range(9):
        kept.put("a", [0] * 4, kept.turn)
    kept.put("b", [0] * 4, kept.turn)
    assert kept.get("a") is not None


def test_what_was_read_before_a_commit_is_not_kept() -> None:
    kept: Kept[int] = Kept(9)
    turn = kept.turn
    kept.forget(["a"])
    kept.put("a", 1, turn)
    assert kept.get("a") is None
    kept.put("a", 2, kept.turn)
    assert kept.get("a") == 2
    before = kept.turn
    kept.forget_all()
    kept.put("z", 3, before)
    assert (kept.get("a"), kept.get("z")) == (None, None)
