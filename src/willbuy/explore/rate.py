"""Rates with their counts and Wilson's interval."""

from math import sqrt
from typing import TypedDict

from willbuy.evaluation.assemble import wilson


class Rate(TypedDict):
    """A share of a number, with its 95 % interval; None where there is nobody."""

    of: int
    hits: int
    rate: float | None
    low: float | None
    high: float | None


def rate(hits: int, of: int) -> Rate:
    """Wilson's 95 % interval of `hits` among `of`.

    >>> rate(0, 0)["rate"] is None, rate(5, 50)["rate"]
    (True, 0.1)
    """
    if of == 0:
        return Rate(of=0, hits=0, rate=None, low=None, high=None)
    found = wilson(float(hits), float(of))
    return Rate(of=of, hits=hits, rate=hits / of, low=found["low"], high=found["high"])


def rate_of_sessions(entities: int, sessions: int, hits: int, squares: tuple[int, int, int]) -> Rate:
    """A share of sessions, its interval made over entities: the sessions of one entity are alike.

    `squares` are the sums over entities of sessions², sessions x hits, hits². The interval is that of a ratio of two sums
    by linearisation (Cochran, Sampling Techniques, 1977, 6.3), never narrower than Wilson's.

    >>> one_each = rate_of_sessions(50, 50, 5, (50, 5, 5))
    >>> round(one_each["low"], 2), round(one_each["high"], 2)
    (0.02, 0.21)
    """
    plain = rate(hits, sessions)
    if plain["rate"] is None or plain["low"] is None or plain["high"] is None:
        return plain
    share, (of_sessions, of_both, of_hits) = plain["rate"], squares
    spread = max(of_hits - 2 * share * of_both + share**2 * of_sessions, 0.0)
    half = 1.96 * sqrt(spread * entities / max(entities - 1, 1)) / sessions
    plain["low"] = max(0.0, min(plain["low"], share - half))
    plain["high"] = min(1.0, max(plain["high"], share + half))
    return plain
