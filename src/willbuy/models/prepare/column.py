"""A declared column of a table: what it is, which values it has, what stands for one that is missing."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import InputError, ShopError, did_you_mean, printable
from willbuy.models.prepare.spellings import flag_of, is_null
from willbuy.models.rows import LARGEST, Floats

ROLES = ("number", "flag", "category")
RULES = ("keep", "median", "mean", "zero", "most_frequent")
KNOWN = ("before", "after", "unknown")
EXPECTED = {"number": "a number", "flag": "a spelling of true or false", "category": "a text"}


@dataclass(frozen=True)
class Column:
    """A column's name, its role, and for a category its values in their order.

    `missing` is one of RULES, or a value that stands for null: for a category a text, which joins its values.
    `known` is when a value is known, as against the moment of the score.

    >>> month = Column("Month", "category", ("Feb", "Mar"), missing="Unknown")
    >>> month.code(["Mar", "Nov", None]).tolist(), month.every_value
    ([1.0, -1.0, nan], ('Feb', 'Mar', 'Unknown'))
    >>> Column("Weekend", "flag").code(["TRUE", "no", ""]).tolist()
    [1.0, 0.0, nan]
    """

    name: str
    role: str
    values: tuple[str, ...] = ()
    missing: str | float | bool = "keep"
    known: str = "unknown"

    def __post_init__(self) -> None:
        _expect(self.name, "role", self.role, ROLES)
        _expect(self.name, "known", self.known, KNOWN)
        if (self.values and self.role != "category") or len(set(self.values)) != len(self.values):
            raise ShopError(
                f"column '{printable(self.name)}': expected values only for a category, each once"
            )
        if self.role == "category" and self.missing in ("median", "mean", "zero"):
            raise ShopError(
                f"column '{printable(self.name)}': missing = \"{self.missing}\" needs numbers, and this is a "
                'category; expected "keep", "most_frequent" or a value such as "Unknown"'
            )
        _ = self.constant  # a value that the column cannot hold is refused here

    @property
    def every_value(self) -> tuple[str, ...]:
        """A category's values, and the one that stands for null where the declared values lack it."""
        stands_in = self.role == "category" and self.missing not in RULES
        joins = stands_in and str(self.missing) not in self.values
        return (*self.values, str(self.missing)) if joins else self.values

    @property
    def constant(self) -> float | None:
        """The code of the declared value that stands for null; None where a rule decides."""
        if isinstance(self.missing, str) and self.missing in RULES:
            return None
        if self.role == "category":
            return float(self.every_value.index(str(self.missing)))
        found = self._code(str(self.missing))
        if found is None or math.isnan(found):
            raise ShopError(
                f"column '{printable(self.name)}': missing = {printable(repr(self.missing))}; expected "
                f"{', '.join(RULES)}, or {EXPECTED[self.role]}"
            )
        return found

    def code(self, texts: Sequence[str | None]) -> Floats:
        """Texts as numbers (n,): numbers as they are, flags 0 or 1, categories by their place among the values.

        Null (see `is_null`) is NaN, a value that a category does not have -1. Raises InputError, with the column and the first wrong value.
        """
        codes, bad = self.try_code(texts)
        if bad.any():
            raise self.fault(texts[int(np.argmax(bad))])
        return codes

    def try_code(self, texts: Sequence[str | None]) -> tuple[Floats, NDArray[np.bool_]]:
        """The same, and where a text is nothing that the column can hold; there the code is NaN."""
        plain = _plain_numbers(texts) if self.role == "number" else None
        if plain is not None:
            return plain, np.zeros(len(texts), dtype=np.bool_)
        places = {value: float(place) for place, value in enumerate(self.every_value)}
        of_text: dict[str | None, float | None] = {}
        for text in dict.fromkeys(texts):  # texts repeat: each is understood once
            if self.role == "category":
                of_text[text] = places.get(text or "", math.nan if is_null(text) else -1.0)
            else:
                of_text[text] = self._code(text)
        found = [of_text[text] for text in texts]
        bad = np.array([code is None for code in found], dtype=np.bool_)
        return np.array(found, dtype=np.float64), bad  # numpy makes None NaN

    def _code(self, text: str | None) -> float | None:
        """The code of one number or flag; None where the text is neither that nor null."""
        if text is None or is_null(text):
            return math.nan
        if self.role == "flag":
            return flag_of(text)
        try:
            value = float("wrong" if "_" in text else text)
        except ValueError:
            return None
        return None if abs(value) > LARGEST else value

    def fault(self, text: object) -> InputError:
        """What is wrong with a text that the column cannot hold."""
        return InputError(
            f"{printable(self.name)} holds '{printable(str(text), 40)}'; expected {EXPECTED[self.role]}, or nothing"
        )

    def to_dict(self) -> dict[str, Any]:
        """For the bundle's manifest."""
        return {
            "name": self.name,
            "role": self.role,
            "values": list(self.values),
            "missing": self.missing,
            "known": self.known,
        }

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> "Column":
        """The column of `to_dict`."""
        return cls(**{**fields, "values": tuple(fields["values"])})


def _plain_numbers(texts: Sequence[str | None]) -> Floats | None:
    """The numbers (n,), NaN for null, where every text is one as Python writes it or nothing; None where one is not.

    The way for whole columns, ten times as fast: what it cannot read is understood text by text.
    """
    try:
        found = np.array([float(text) if text else math.nan for text in texts], dtype=np.float64)
    except ValueError:
        return None
    if any(text and "_" in text for text in texts) or np.nanmax(np.abs(found), initial=0.0) > LARGEST:
        return None
    return found


def _expect(column: str, key: str, found: str, expected: Sequence[str]) -> None:
    if found not in expected:
        raise ShopError(
            f"column '{printable(column)}': {key} = \"{printable(found)}\"; expected "
            f"{', '.join(expected)}.{did_you_mean(found, expected)}"
        )
