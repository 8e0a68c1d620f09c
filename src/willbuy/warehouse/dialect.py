"""Standard SQL, and the few places where engines differ. An engine's file says only how it differs."""

from datetime import datetime


class Dialect:
    """Standard SQL. Subclasses override what their engine writes differently."""

    name = "standard"
    double = "DOUBLE PRECISION"

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

    def microseconds_between(self, later: str, earlier: str) -> str:
        """Whole microseconds from `earlier` to `later`, as BIGINT."""
        raise NotImplementedError(self.name)

    def last_by(self, value: str, order: str, where: str) -> str:
        """The value of the row with the greatest `order` among rows that satisfy `where`, null if there is none."""
        raise NotImplementedError(self.name)
