"""What a reader of the sight should not overlook."""

from collections.abc import Iterator

from willbuy.durations import Duration
from willbuy.events.look.decide import Span
from willbuy.events.look.found import Found
from willbuy.events.look.sight import Sight


def notes(sight: Sight, found: Found, span: Span) -> Iterator[str]:
    """Yield one sentence a matter."""
    yield from _rows_left_out(sight, found)
    yield from _question(sight, span)
    if sight.sample is not None:
        yield "names that occur only after the sample are not mapped; ingest lists the rows that it refuses for that"


def _rows_left_out(sight: Sight, found: Found) -> Iterator[str]:
    if sight.unreadable:
        yield f"{sight.unreadable:,} lines could not be read as rows; ingest lists them"
    if sight.without_entity:
        yield f"{_share(sight.without_entity, sight.rows)} have no entity; ingest refuses them"
    if sight.without_time:
        yield f"{_share(sight.without_time, sight.rows)} have no time that can be read; ingest refuses them"
    if sight.without_kind:
        yield f"{_share(sight.without_kind, sight.rows)} do not say what happened; ingest refuses them"
    if found.money and found.money.refused:
        what = f"negative, no number or longer than {found.money.digits} decimals"
        yield f"{_share(found.money.refused, sight.rows)} have a price that is {what}; ingest refuses them"
    if found.odd_quantities:
        yield f"{_share(found.odd_quantities, sight.rows)} have a quantity that is no whole number; ingest refuses them"


def _question(sight: Sight, span: Span) -> Iterator[str]:
    within = sight.within.value
    if within != "session" and not span.reaches(Duration.parse(within), anchors=2):
        yield f"the log is too short to train and to test {within} ahead; a shorter horizon or a longer log is needed"
    if sight.rate is None or not sight.rate.n:
        return
    if sight.rate.positives == 0:
        yield "nobody in the population bought: there is nothing to learn from this anchor"
    elif sight.rate.positives == sight.rate.n:
        yield "everybody in the population bought: there is nothing to predict; check which kinds are purchases"
    elif sight.rate.positives < FEW:
        yield f"only {sight.rate.positives} bought: intervals will be wide; a longer log or horizon helps"


FEW = 100


def _share(n: int, of: int) -> str:
    return f"{n:,} of {of:,} rows ({n / of:.1%})"
