"""Made-up users as lines of CSV: all of one width, so that they are put together as an array of letters."""

import numpy as np
from numpy.typing import NDArray

from willbuy.models.rows import Floats

Letters = NDArray[np.uint8]
HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
DIGITS = 9
"""Digits of a probability after the point."""


def ids(first: int, users: int, seed: int) -> Letters:
    """The ids (users, 17) of users `first` and following: 16 hexadecimal digits with a dash, none twice for one seed.

    >>> bytes(ids(0, 1, 1)[0]) == bytes(ids(0, 1, 1)[0]) != bytes(ids(1, 1, 1)[0]), len(bytes(ids(0, 1, 1)[0]))
    (True, 17)
    """
    mixed = np.arange(first, first + users, dtype=np.uint64) + np.uint64(seed << 32 & 0xFFFFFFFFFFFFFFFF)
    for shift, factor in (
        (30, 0xBF58476D1CE4E5B9),
        (27, 0x94D049BB133111EB),
    ):  # one to one: odd factors, xor-shifts
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    digits = [HEX[(mixed >> np.uint64(4 * place)) & np.uint64(15)] for place in range(15, -1, -1)]
    dash = np.full(users, ord("-"), dtype=np.uint8)
    return np.stack([*digits[:8], dash, *digits[8:]], axis=1)


def flag_lines(names: Letters, flags: NDArray[np.bool_]) -> bytes:
    """Lines of ids and flags (users, f), each 0 or 1.

    >>> flag_lines(np.frombuffer(b"ab", dtype=np.uint8).reshape(2, 1), np.array([[True, False], [False, False]]))
    b'a,1,0\\nb,0,0\\n'
    """
    users, width = flags.shape
    letters = np.full((users, 2 * width), ord(","), dtype=np.uint8)
    letters[:, 1::2] = flags + np.uint8(ord("0"))
    return _ended(names, letters)


def truth_lines(names: Letters, probability: Floats) -> bytes:
    """Lines of ids and probabilities (users,), with nine digits.

    >>> truth_lines(np.frombuffer(b"a", dtype=np.uint8).reshape(1, 1), np.array([0.25]))
    b'a,0.250000000\\n'
    """
    whole = np.minimum(np.rint(probability * 10**DIGITS), 10**DIGITS - 1).astype(np.int64)
    letters = np.empty((len(whole), DIGITS + 3), dtype=np.uint8)
    letters[:, :3] = np.frombuffer(b",0.", dtype=np.uint8)
    for place in range(DIGITS):
        letters[:, 3 + place] = whole // 10 ** (DIGITS - 1 - place) % 10 + ord("0")
    return _ended(names, letters)


def _ended(names: Letters, letters: Letters) -> bytes:
    end = np.full((len(names), 1), ord("\n"), dtype=np.uint8)
    return np.hstack([names, letters, end]).tobytes()
