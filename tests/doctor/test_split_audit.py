"""The split audit (G5 to G8): each way in which training and test can know of each other."""

from dataclasses import replace
from datetime import datetime, timedelta

from willbuy.doctor.split_audit import Sides, said, split_audit

DAY = timedelta(days=1)
TEST = datetime(2015, 9, 11)
CLEAN = Sides(
    train_known=TEST,
    test_from=TEST,
    test_known=TEST + 7 * DAY,
    log_end=TEST + 7 * DAY,
    shared=0.8,
    rates={f"2015-08-0{day}": (1000, 20 + day % 3) for day in range(1, 7)},
)


def test_a_clean_split_has_no_finding_and_says_what_was_seen() -> None:
    assert split_audit(CLEAN) == []
    assert said(CLEAN) == (
        "nothing found: the last training label was known just when the test began;"
        " 80.0 % of the test's entities trained too, earlier"
    )


def test_a_training_label_that_reaches_into_the_test_is_a_leak() -> None:
    [found] = split_audit(replace(CLEAN, train_known=TEST + 3 * DAY))
    assert found.name == "split_audit:embargo" and found.grade == "leak" and "3 days after" in found.words


def test_labels_that_are_too_young_are_a_leak() -> None:
    [found] = split_audit(replace(CLEAN, log_end=TEST + 6 * DAY))
    assert found.name == "split_audit:immature" and found.grade == "leak"


def test_an_entity_on_both_sides_of_a_split_by_entity_is_a_leak() -> None:
    [found] = split_audit(Sides(shared=0.01, by_entity=True))
    assert found.name == "split_audit:overlap" and found.grade == "leak"
    assert split_audit(Sides(shared=0.0, by_entity=True)) == []


def test_a_base_rate_that_moves_is_a_warning_and_chance_is_not() -> None:
    moved = {f"2015-08-0{day}": (1000, 20 if day < 4 else 60) for day in range(1, 7)}
    [found] = split_audit(replace(CLEAN, rates=moved))
    assert found.name == "split_audit:base_rate" and found.grade == "warning"
    assert "from 2.0 % to 6.0 % (3.0 times) at 2015-08-04" in found.words
    few = {"a": (100, 1), "b": (100, 4)}
    assert split_audit(replace(CLEAN, rates=few)) == []
