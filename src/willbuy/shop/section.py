"""What all tables of the shop file share: strict types, no unknown keys, every key explained where it is defined."""

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StrictInt,
)

from willbuy.durations import Duration
from willbuy.shop import values

Kind = Literal["view", "cart", "remove", "favourite", "purchase", "other"]
Flag = StrictBool
Whole = StrictInt
Span = Annotated[Duration, BeforeValidator(values.span), PlainSerializer(str)]
Share = Annotated[float, Field(strict=True, gt=0, le=1)]
Price = Annotated[float, Field(strict=True, gt=0, le=1_000_000), AfterValidator(values.price)]
Zone = Annotated[str, AfterValidator(values.zone)]


class Section(BaseModel):
    """A table of the shop file: unknown keys are refused, values are never converted in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def key(meaning: str, example: Any, default: Any = None, **limits: Any) -> Any:
    """Define a key: what it means and an example, both of which docs/shop-file.md prints.

    A default of `...` makes the key required.
    """
    return Field(default, description=meaning, examples=[example], **limits)
