"""How a table spells nothing, yes and no."""

NULLS = frozenset({"", "nan", "null", "none", "na", "n/a"})
"""Texts in these spellings are null, in any case: but where a category declares one of them as a value."""

TRUE = frozenset({"true", "t", "yes", "y", "1", "1.0", "on"})
FALSE = frozenset({"false", "f", "no", "n", "0", "0.0", "off"})


def is_null(text: str | None) -> bool:
    """Whether a text stands for a missing value.

    >>> [is_null(text) for text in (None, " ", "NaN", "0", "Norway")]
    [True, True, True, False, False]
    """
    return text is None or text.strip().lower() in NULLS


def flag_of(text: str) -> float | None:
    """1.0 or 0.0 for a spelling of true or false, in any case; None for any other text.

    >>> [flag_of(text) for text in ("TRUE", "no", " 1 ", "perhaps")]
    [1.0, 0.0, 1.0, None]
    """
    plain = text.strip().lower()
    return 1.0 if plain in TRUE else 0.0 if plain in FALSE else None
