"""Sums that have the same bits in any order: every number a whole multiple of one power of two.

Adding floats in another order moves their last bits, and numpy adds in another order for one row than for many.
Whole multiples of a unit add up exactly in a float64 as long as no sum needs more than 53 bits. The unit is the
smallest that the largest sum allows; for 300 trees it is about 1e-12.
"""

import numpy as np

from willbuy.models.scorers import Floats


def unit_for(largest_sum: float) -> float:
    """The smallest power of two in which sums up to `largest_sum` are exact; it rounds a number by half of it at most.

    >>> unit_for(1.0) == 2.0**-51
    True
    """
    return float(2.0 ** (np.ceil(np.log2(max(largest_sum, 1.0))) - 51))


def rounded(values: Floats, unit: float) -> Floats:
    """The values as whole multiples of the unit."""
    whole: Floats = np.round(values / unit) * unit
    return whole
