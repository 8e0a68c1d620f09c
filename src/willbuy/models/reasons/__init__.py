"""Reasons: the contributions that moved a row's score most, in plain words.

Serving side: it needs numpy and what the bundle's manifest says, no declaration of a feature.
"""

from willbuy.models.reasons.reasons import MOST, Reason, Reasons, Strongest

__all__ = ["MOST", "Reason", "Reasons", "Strongest"]
