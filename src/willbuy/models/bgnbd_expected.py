"""Expected purchases of a BG/NBD customer who is alive: the closed form where it holds its digits, else a sum.

With n = r + frequency, m = b + frequency and `until` = alpha + age, and p the chance to leave after a purchase,

    expected = mean over p ~ beta(a, m) of (1 - (1 + p * horizon / until)^-n) / p
             = (a + m - 1) / (a - 1) * (1 - (1 - z)^(a - 1) * 2F1(a + m - n - 1, a - 1; a + m - 1; z)),
             z = horizon / (until + horizon)

right to about 1e-11 purchases; which is equation (10) of Fader, Hardie & Lee (2005) without its last factor, P(alive), and after Euler's
transformation: their 2F1(n, m; a + m - 1; z) overflows for frequent buyers, this one does not.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_NEAR_ONE = 1e-4  # how near to 1 the division by a - 1 costs too many digits
_NODES = 20_001


def expected_if_alive(r: float, a: float, b: float, x: Floats, until: Floats, horizon: float) -> Floats:
    """Expected purchases in the next `horizon` days, shape (n,), of customers alive at their age."""
    low, high = 1 - _NEAR_ONE, 1 + _NEAR_ONE
    if low < a < high:  # smooth there: the straight line between both sides is right to 1e-8
        sides = [_closed_form(r, side, b, x, until, horizon) for side in (low, high)]
        expected = sides[0] + (sides[1] - sides[0]) * (a - low) / (high - low)
    else:
        expected = _closed_form(r, a, b, x, until, horizon)
    # A customer who never leaves buys the most. Where hyp2f1 fails (some whole-numbered n - a), the sum steps in.
    most = (r + x) / until * horizon
    for row in np.flatnonzero(~((expected >= 0) & (expected <= most * (1 + 1e-9)))):
        expected[row] = summed(r, a, b, float(x[row]), float(until[row]), horizon)
    return expected


def _closed_form(r: float, a: float, b: float, x: Floats, until: Floats, horizon: float) -> Floats:
    from scipy.special import hyp2f1

    z = horizon / (until + horizon)
    third = a + b + x - 1
    with np.errstate(all="ignore"):
        series = np.exp((a - 1) * np.log1p(-z)) * hyp2f1(a + b - 1 - r, a - 1, third, z)
        expected: Floats = third / (a - 1) * (1.0 - series)
    return expected


def summed(r: float, a: float, b: float, x: float, until: float, horizon: float) -> float:
    """The mean over p by the trapezoid rule in log(p / (1 - p)), where it converges geometrically.

    Below the lowest node the quotient is its limit, n * horizon / until, times what the beta holds there.
    """
    from scipy.special import betainc, betaln, expit

    n, m = r + x, b + x
    mode = np.log(a / m)
    flat = np.log(1e-12 * until / (n * horizon))
    low = max(mode - 40 / min(a, 1.0), min(flat, mode - 1.0))
    logit = np.linspace(low, mode + 40 / min(m, 1.0) + 10, _NODES)
    p = expit(logit)
    density = np.exp(-a * np.logaddexp(0, -logit) - m * np.logaddexp(0, logit) - betaln(a, m))
    bought = -np.expm1(-n * np.log1p(p * horizon / until)) / p
    tail = betainc(a, m, p[0]) * n * horizon / until
    return float(np.trapezoid(density * bought, logit) + tail)
