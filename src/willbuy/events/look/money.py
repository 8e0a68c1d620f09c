"""How prices are written: the decimal mark and the digits of the minor unit, from the values."""

from dataclasses import dataclass

from willbuy.events.look.table import Looked
from willbuy.events.numbers import minor_units, price_text, whole_number

MOST_DIGITS = 4


@dataclass(frozen=True)
class Money:
    """`digits` of decimals keep every price as an integer; `refused` prices are negative, no numbers or longer."""

    decimal: str
    digits: int
    refused: int
    why: str


def look_at_prices(looked: Looked, decimal: str | None, digits: int | None) -> Money:
    """Look at the column `price`, as ingest will read it.

    `decimal` and `digits` are what was declared. Undeclared, a comma is the decimal mark where no price holds a
    point, and the digits are those of the longest price, two at least and four at most.
    """
    mark = decimal or _mark(looked)
    if digits is not None:
        return Money(mark, digits, _refused(looked, mark, digits), "declared")
    most = _most_digits(looked, mark)
    why = f"some prices have {most} decimals" if most > 2 else "no price has more decimals"
    return Money(mark, max(most, 2), _refused(looked, mark, max(most, 2)), why)


def refused_quantities(looked: Looked) -> int:
    """Rows whose quantity is no whole number."""
    return looked.count(f"quantity IS NOT NULL AND ({whole_number('quantity')}) IS NULL")


def _mark(looked: Looked) -> str:
    commas = looked.count("regexp_full_match(price, '-?[0-9]+,[0-9]+')")
    return "," if commas and not looked.count("contains(price, '.')") else "."


def _most_digits(looked: Looked, mark: str) -> int:
    digits = f"length(rtrim(regexp_extract(price, '[{mark}]([0-9]+)$', 1), '0'))"
    ((most,),) = looked.rows(f"SELECT max({digits}) FROM looked WHERE {digits} <= {MOST_DIGITS}")
    return int(most or 0)


def _refused(looked: Looked, mark: str, digits: int) -> int:
    value = minor_units("written", digits)
    ((found,),) = looked.rows(
        f"SELECT count(*) FROM (SELECT {price_text('price', mark)} AS written FROM looked WHERE price IS NOT NULL) "
        f"WHERE coalesce(({value}) < 0, true)"
    )
    return int(found)
