"""SQL that reads money and quantities exactly, from text: no float ever touches them."""

NUMBER = "[-+]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)"
WHOLE = "[-+]?[0-9]{1,15}(?:[.]0*)?"


def most_digits(digits: int) -> int:
    """Digits that a price may have before its point, so that its minor units stay exact. More is no price.

    >>> [most_digits(digits) for digits in range(5)]
    [13, 13, 13, 12, 10]
    """
    return min(13, 18 - 2 * digits)


def price_text(text: str, decimal: str) -> str:
    """SQL: the price with a point for its decimals and without blanks around it.

    With a declared decimal comma a point is no part of a number, so `1.234,50` is refused rather than read wrong.
    """
    if decimal == ".":
        return f"trim({text})"
    return f"CASE WHEN contains({text}, '.') THEN {text} || '?' ELSE replace(trim({text}), ',', '.') END"


def minor_units(price: str, digits: int) -> str:
    """SQL: a price as an integer of minor units, NULL where it is no number, too large or has more digits.

    `35.79` with two digits is 3579; `35.790` as well; `35.795` is refused, not rounded.
    """
    places = f"[0-9]{{0,{digits}}}0*"
    bare = f"[.][0-9]{{1,{digits}}}0*" if digits else "[.]0+"
    exact = f"[-+]?(?:[0-9]{{1,{most_digits(digits)}}}(?:[.]{places})?|{bare})"
    value = f"CAST(TRY_CAST({price} AS DECIMAL(18, {digits})) * {10**digits} AS BIGINT)"
    return f"CASE WHEN regexp_full_match({price}, '{exact}') THEN {value} END"


def price_fault(price: str, digits: int) -> str:
    """SQL: why a price could not be read, or NULL when it could be a price with too many digits."""
    return (
        f"CASE WHEN NOT regexp_full_match({price}, '{NUMBER}') THEN 'price_not_a_number' "
        f"WHEN regexp_matches({price}, '^[-+]?[0-9]{{{most_digits(digits) + 1}}}') THEN 'price_too_large' ELSE 'price_digits' END"
    )


def whole_number(text: str) -> str:
    """SQL: an integer of up to 15 digits, `6` or `6.0`; NULL otherwise. Negative ones are returns and stay."""
    return (
        f"CASE WHEN regexp_full_match({text}, '{WHOLE}') THEN CAST(split_part({text}, '.', 1) AS BIGINT) END"
    )
