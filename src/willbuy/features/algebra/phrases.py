"""Phrases: how a feature's value is said to people, as texts with a place for the value.

Texts, not code: a bundle keeps them, so that whoever scores needs no declaration to say a reason in plain words.
"""

from dataclasses import asdict, dataclass
from typing import Literal

Form = Literal["number", "span", "seconds", "money", "percent", "hundred", "hour", "weekday"]


@dataclass(frozen=True)
class Phrases:
    """`some` is said of a value, which takes the place of {value}; `one` of exactly 1, `none` of 0, `null` of null.

    An empty text is not used: `some` stands for it. `form` says how the value is written: a number, a span from
    days or from seconds, money in minor units, a share in per cent or so many for every hundred, an hour, a weekday.

    >>> Phrases("{value} views", one="1 view", none="no view").to_dict()
    {'some': '{value} views', 'one': '1 view', 'none': 'no view', 'null': '', 'form': 'number'}
    """

    some: str
    one: str = ""
    none: str = ""
    null: str = ""
    form: Form = "number"

    def to_dict(self) -> dict[str, str]:
        """For the bundle."""
        return asdict(self)
