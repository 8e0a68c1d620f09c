"""Who bought: the target of a table as labels."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from willbuy.models.prepare.spellings import flag_of, is_null

MISSING, UNKNOWN = -1, -2


def labels(
    texts: Sequence[str | None], buys: Sequence[str] = (), others: Sequence[str] = ()
) -> NDArray[np.int8]:
    """Texts as labels (n,): 1 a buyer, 0 none, MISSING (-1) where nothing stands, UNKNOWN (-2) for any other value.

    By the spellings of true and false; with `buys` by these, every other value being none, or with `others` only those.

    >>> labels(["TRUE", "no", "", "maybe"]).tolist()
    [1, 0, -1, -2]
    >>> labels(["won", "lost", "open"], ["won"]).tolist(), labels(["won", "lost", "open"], ["won"], ["lost"]).tolist()
    ([1, 0, 0], [1, 0, -2])
    """
    known = {text: _label(text, buys, others) for text in set(texts)}
    return np.fromiter((known[text] for text in texts), dtype=np.int8, count=len(texts))


def _label(text: str | None, buys: Sequence[str], others: Sequence[str]) -> int:
    if text in buys:
        return 1
    if text in others:
        return 0
    if is_null(text):
        return MISSING
    if buys:
        return UNKNOWN if others else 0
    flag = flag_of(text or "")
    return UNKNOWN if flag is None else int(flag)
