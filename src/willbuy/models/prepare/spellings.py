"""How a table spells nothing, yes and no."""

NULLS = frozenset({"", "nan", "null", "none", "na", "n/a"})
"""Numbers and flags in these spellings are null; a category's value is null only where nothing stands."""

TRUE = frozenset({"true", "t", "yes", "y", "1", "1.0", "on"})
FALSE = frozenset({"false", "f", "no", "n", "0", "0.0", "off"})


def flag_of(text: str) -> float | None:
    """1.0 or 0.0 for a spelling of true or false, in any case; None for any other text.

    >>> [flag_of(text) for text in ("TRUE", "no", " 1 ", "perhaps")]
    [1.0, 0.0, 1.0, None]
    """
    plain = text.strip().lower()
    return 1.0 if plain in TRUE else 0.0 if plain in FALSE else None
