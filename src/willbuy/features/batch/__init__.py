"""Batch: the algebra compiled to standard SQL over many anchors at once. A file an idea, as in the algebra."""

from willbuy.features.batch import count, days_since_first, days_since_last, distinct, ratio
from willbuy.features.batch.engine import BatchFeatures

__all__ = ["BatchFeatures", "count", "days_since_first", "days_since_last", "distinct", "ratio"]
