"""`[target]`: what is predicted of a log."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, PlainSerializer

from willbuy.durations import Duration
from willbuy.shop import values
from willbuy.shop.section import Kind, Section, key


class Target(Section):
    """What counts as buying, and within which time."""

    kind: Kind = key("The kind of event that is predicted.", "purchase", "purchase")
    within: Annotated[
        Duration | Literal["session"], BeforeValidator(values.span_or_session), PlainSerializer(str)
    ] = key(
        "The horizon: `7d` asks who buys in the next seven days; `session` asks before this visit ends.",
        "7d",
        ...,
    )
