"""Fitting BG/NBD: the log-likelihood with its gradient, climbed from several starts.

Time is measured in mean ages while fitting, so that one set of starts, bounds and priors fits every shop. The
logarithm of each parameter carries a normal prior of deviation 3 around 0 (a factor of 20 either way costs half a
unit of log-likelihood): next to nothing beside some hundred customers, yet enough to keep a parameter finite
that the data cannot hold, such as `b` where nobody ever seems to leave.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_STARTS = ((1.0, 1.0, 1.0, 1.0), (0.3, 0.3, 0.5, 2.5), (3.0, 0.3, 0.1, 5.0))  # r, alpha, a, b in mean ages
_SOME = 20_000  # distinct customers on which the starts are compared
_BOUND = 12.0  # |log parameter|
_DEVIATION = 3.0


def fit(x: Floats, last: Floats, whole: Floats) -> dict[str, float]:
    """The parameters, in days, of greatest penalised likelihood."""
    unit = float(whole.mean()) or 1.0
    rows, counts = np.unique(np.column_stack((x, last / unit, whole / unit)), axis=0, return_counts=True)
    # Which start leads to the top shows on some of the customers; only that one climbs with all of them.
    some = slice(None, None, 1 + len(rows) // _SOME)
    tops = [_climb(np.log(start), rows[some], counts[some]) for start in _STARTS]
    best = min(tops, key=lambda top: top[1])[0]
    r, alpha, a, b = (float(value) for value in np.exp(_climb(best, rows, counts)[0]))
    return {"r": r, "alpha": alpha * unit, "a": a, "b": b}


def _climb(start: Floats, rows: Floats, counts: NDArray[np.int64]) -> tuple[Floats, float]:
    """From one start to (log parameters, what is lost there, a customer)."""
    from scipy.optimize import minimize

    columns = tuple(np.ascontiguousarray(column) for column in rows.T)
    customers = int(counts.sum())

    def lost(logs: Floats) -> tuple[float, Floats]:
        value, gradient = log_likelihood(np.exp(logs), columns, counts)
        prior = (logs**2).sum() / (2 * _DEVIATION**2)
        slope = gradient * np.exp(logs) - logs / _DEVIATION**2
        return (prior - value) / customers, -slope / customers

    bounds = [(-_BOUND, _BOUND)] * 4
    options = {"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8}
    found = minimize(lost, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return found.x, float(found.fun)


def log_likelihood(
    parameters: Floats, columns: tuple[Floats, ...], counts: NDArray[np.int64]
) -> tuple[float, Floats]:
    """Log-likelihood and its gradient in (r, alpha, a, b); `columns` are frequency, recency and age.

    The customer is alive still (ages without a purchase since the last), or, after a repeat purchase, has left:
    the two ways add up within the logarithm, and their shares weigh the two gradients.
    """
    from scipy.special import betaln, digamma, gammaln

    r, alpha, a, b = parameters
    x, last, whole = columns
    distinct, index = np.unique(
        x, return_inverse=True
    )  # special functions once a frequency, not once a customer
    repeat = np.maximum(distinct, 1.0)
    of_count = gammaln(r + distinct) - gammaln(r) + r * np.log(alpha) + betaln(a, b + distinct) - betaln(a, b)
    to_leave = np.where(distinct > 0, np.log(a) - np.log(b + repeat - 1), -np.inf)
    until_age, until_last = np.log(alpha + whole), np.log(alpha + last)
    exponent = r + x
    alive = -exponent * until_age
    gone = to_leave[index] - exponent * until_last
    either = np.logaddexp(alive, gone)
    share = np.exp(gone - either)  # of having left

    value = float((counts * (of_count[index] + either)).sum())
    share_of = np.bincount(index, weights=counts * share)
    count_of = np.bincount(index, weights=counts)
    by_r = (count_of * (digamma(r + distinct) - digamma(r) + np.log(alpha))).sum()
    by_r -= (counts * ((1 - share) * until_age + share * until_last)).sum()
    by_alpha = (
        counts * (r / alpha - exponent * ((1 - share) / (alpha + whole) + share / (alpha + last)))
    ).sum()
    both = digamma(a + b) - digamma(a + b + distinct)
    by_a = (count_of * both + share_of / a).sum()
    by_b = (count_of * (both + digamma(b + distinct) - digamma(b)) - share_of / (b + repeat - 1)).sum()
    return value, np.array([by_r, by_alpha, by_a, by_b])
