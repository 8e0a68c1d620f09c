"""Standard SQL, and the few places where engines differ. An engine's file says only how it differs."""

from collections.abc import Sequence
from datetime import datetime


class Dialect:
    """Standard SQL. Subclasses override what their engine writes differently."""

    name = "standard"
    double = "DOUBLE PRECISION"
    string = "VARCHAR"
    sorted_scans = True
    """Whether a table that was written in some order is read quicker where a condition is on that order."""

    def identifier(self, name: str) -> str:
        """Quote an identifier, whatever it holds.

        >>> Dialect().identifier('a"; drop table x')
        '"a""; drop table x"'
        """
        return '"' + name.replace('"', '""') + '"'

    def text(self, value: str) -> str:
        """Write a text literal.

        >>> Dialect().text("it's")
        "'it''s'"
        """
        return "'" + value.replace("'", "''") + "'"

    def timestamp(self, moment: datetime) -> str:
        """Write a moment (naive UTC, microseconds).

        >>> Dialect().timestamp(datetime(2015, 9, 1))
        "TIMESTAMP '2015-09-01 00:00:00.000000'"
        """
        return f"TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S.%f}'"

    def real(self, value: float) -> str:
        """Write a double with all its bits: an engine's own `0.1` may be a decimal.

        >>> Dialect().real(0.1)
        "CAST('0.1' AS DOUBLE PRECISION)"
        """
        return f"CAST('{float(value)!r}' AS {self.double})"

    def in_text_order(self, expression: str) -> str:
        """A text expression that sorts by its UTF-8 bytes, as Python's strings do."""
        return expression

    def microseconds(self, moment: str) -> str:
        """Whole microseconds since 1970 of a timestamp expression, as BIGINT."""
        raise NotImplementedError(self.name)

    def md5_number(self, text: str) -> str:
        """The last eight bytes of a text's MD5, the first of them the lowest, as a whole number: with a sign or without.

        A negative one stands for itself and 2^64. A sum of such numbers does not overflow.
        """
        raise NotImplementedError(self.name)

    def replaced(self, text: str, pattern: str, by: str) -> str:
        """A text with every match of a regular expression replaced; the pattern is one that all engines read alike."""
        return f"REGEXP_REPLACE({text}, {self.text(pattern)}, {self.text(by)}, 'g')"

    def earlier(self, moment: str, microseconds: int) -> str:
        """The timestamp that lies `microseconds` before a timestamp expression."""
        raise NotImplementedError(self.name)

    def whole(self, top: str, bottom: int) -> str:
        """Integer division of a BIGINT expression that is not negative by a positive number."""
        raise NotImplementedError(self.name)

    def place_of(self, moment: str, moments: Sequence[datetime]) -> str:
        """The place, from 0 on, of a timestamp expression in a list of moments that holds it.

        >>> Dialect().place_of("t", [datetime(2015, 9, 1)])
        "CASE t WHEN TIMESTAMP '2015-09-01 00:00:00.000000' THEN 0 END"
        """
        cases = " ".join(f"WHEN {self.timestamp(one)} THEN {place}" for place, one in enumerate(moments))
        return f"CASE {moment} {cases} END"

    def unique_number(self, order: str) -> str:
        """A BIGINT for each row of a SELECT that no other row has: by default its place in an order.

        >>> Dialect().unique_number('"a"')
        'ROW_NUMBER() OVER (ORDER BY "a")'
        """
        return f"ROW_NUMBER() OVER (ORDER BY {order})"
