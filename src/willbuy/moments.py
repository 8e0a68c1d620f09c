"""Moments as people write them, in the shop's zone, turned into naive UTC."""

from datetime import UTC, datetime

from willbuy.errors import WillbuyError
from willbuy.shop import Common


def parse_moment(text: str, shop: Common) -> datetime:
    """Read `2015-09-01`, `2015-09-01T12:00` (the shop's clock) or `2015-09-01T12:00+02:00`. Returns naive UTC.

    A date means its midnight. Raises WillbuyError on anything else.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise WillbuyError(f"{text!r} is no moment: write 2015-09-01 or 2015-09-01T12:00") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=shop.zone)
    return moment.astimezone(UTC).replace(tzinfo=None)
