"""One row at a time: the scorers laid out for a service that answers one request after another.

The same bits as the scorers give for that row among many; work space is made once, nothing is checked twice. A family a
file. `score_one(bundle)` is what the service calls.
"""

from willbuy.models.one_row.score import OneScore, score_one

__all__ = ["OneScore", "score_one"]
