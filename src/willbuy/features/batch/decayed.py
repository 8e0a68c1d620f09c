"""decayed, in SQL: a sum of weights in whole trillionths."""

from willbuy.features.algebra import Decayed
from willbuy.features.algebra.decayed import TRILLION
from willbuy.features.batch.query import Query, compiles


@compiles(Decayed)
def decayed(feature: Decayed, query: Query) -> str:
    """Whole numbers add up to the same bits in any order."""
    double, real = query.dialect.double, query.dialect.real
    time = query.elapsed(query.bounds.inside, 'p."time"')
    age = f"CAST({time} AS {double}) / {real(feature.half_life.microseconds)}"
    weight = f"CAST(FLOOR(POWER({real(0.5)}, {age}) * {real(TRILLION)} + {real(0.5)}) AS BIGINT)"
    total = query.sum(feature.name, weight, query.matches(feature))
    return query.divide(f"COALESCE({total}, 0)", str(TRILLION))
