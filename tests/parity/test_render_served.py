"""The sentences about answers that were computed again: one of a thing is one."""

import pytest

from willbuy.parity.differences import Served
from willbuy.parity.render_served import sentence_of


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (
            1,
            (
                "1 answer computed",
                "1 answer is right without",
                "1 answer is of visitors",
                "1 answer of versions",
            ),
        ),
        (
            2,
            (
                "2 answers computed",
                "2 answers are right without",
                "2 answers are of visitors",
                "2 answers of versions",
            ),
        ),
    ],
)
def test_numbers_and_words_agree(number: int, words: tuple[str, ...]) -> None:
    served = Served(answers=number, on_the_way=number, unknown=number, others=number)
    for expected in words:
        assert expected in sentence_of(served)
