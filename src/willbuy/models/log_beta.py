"""The logarithm of the beta function, without SciPy: what a service needs of it."""

from math import lgamma, log, log1p, pi

_LARGE = 10.0
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)


def log_beta(a: float, b: float) -> float:
    """log B(a, b) for a, b > 0, to about 1e-14 of max(1, |log B|), also where one is huge.

    The three log-gammas lose digits to each other where they are large, so there the parts of Stirling's series (Abramowitz
    & Stegun 6.1.41) that cancel are left out by hand.

    >>> round(log_beta(1, 4), 9), round(log(1 / 4), 9)
    (-1.386294361, -1.386294361)
    """
    small, large = min(a, b), max(a, b)
    if large < _LARGE:
        return lgamma(small) + lgamma(large) - lgamma(small + large)
    share = -log1p(small / large)  # log(large / (small + large))
    rest = _beyond(large) - _beyond(small + large) + (large - 0.5) * share
    if small < _LARGE:
        return lgamma(small) + rest + small - small * log(small + large)
    return rest + _beyond(small) + 0.5 * log(2 * pi / small) + small * (log(small / large) + share)


def _beyond(x: float) -> float:
    """What Stirling's series adds to (x - 1/2) log x - x + log(2 pi) / 2."""
    total = 0.0
    for term in reversed(_STIRLING):
        total = total / (x * x) + term
    return total / x
