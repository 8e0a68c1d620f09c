"""How prices are written: the decimal mark and the digits of the minor unit, from the values."""

from dataclasses import dataclass

from willbuy.events.look.table import Looked

MOST_DIGITS = 4


@dataclass(frozen=True)
class Money:
    """`digits` of decimals are needed to keep every price as an integer; `longer` prices need more than 4."""

    decimal: str
    digits: int
    longer: int
    why: str


def look_at_prices(looked: Looked, decimal: str | None) -> Money:
    """Look at the column `price`. A comma counts as the decimal mark where no price holds a point."""
    commas = looked.count("regexp_full_match(price, '-?[0-9]+,[0-9]+')")
    points = looked.count("regexp_full_match(price, '-?[0-9]*[.][0-9]+')")
    mark = decimal or ("," if commas and not points else ".")
    digits = f"length(rtrim(regexp_extract(price, '[{mark}]([0-9]+)$', 1), '0'))"
    ((most, longer),) = looked.rows(
        f"SELECT coalesce(max({digits}) FILTER (WHERE {digits} <= {MOST_DIGITS}), 0), "
        f"count(*) FILTER (WHERE {digits} > {MOST_DIGITS}) FROM looked"
    )
    if most > 2:
        return Money(mark, int(most), int(longer), f"some prices have {most} decimals")
    return Money(mark, 2, int(longer), "no price has more decimals")
