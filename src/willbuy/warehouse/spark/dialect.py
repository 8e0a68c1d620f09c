"""How Spark differs from standard SQL, in ANSI mode with double-quoted identifiers and naive timestamps."""

from willbuy.durations import SECOND
from willbuy.warehouse.dialect import Dialect


class SparkDialect(Dialect):
    """How Spark differs from standard SQL. Texts sort by their UTF-8 bytes there, as they should."""

    name = "spark"
    double = "DOUBLE"
    string = "STRING"
    sorted_scans = False

    def text(self, value: str) -> str:
        r"""Write a text literal: a backslash begins an escape.

        >>> print(SparkDialect().text("it's a \\"))
        'it\'s a \\'
        """
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def microseconds(self, moment: str) -> str:
        return f"unix_micros(CAST({moment} AS TIMESTAMP_LTZ))"

    def md5_number(self, text: str) -> str:
        turned = ", ".join(f"SUBSTRING(MD5({text}), {place}, 2)" for place in range(31, 16, -2))
        return f"CAST(CONV(CONCAT({turned}), 16, 10) AS DECIMAL(20, 0))"

    def replaced(self, text: str, pattern: str, by: str) -> str:
        return f"REGEXP_REPLACE({text}, {self.text(pattern)}, {self.text(by)})"

    def earlier(self, moment: str, microseconds: int) -> str:
        """The timestamp before another.

        >>> print(SparkDialect().earlier("t", 1_500_000), SparkDialect().earlier("t", -1))
        (t - INTERVAL '1.500000' SECOND) (t - INTERVAL '-0.000001' SECOND)
        """
        seconds, rest = divmod(abs(microseconds), SECOND)
        sign = "-" if microseconds < 0 else ""
        return f"({moment} - INTERVAL '{sign}{seconds}.{rest:06}' SECOND)"

    def whole(self, top: str, bottom: int) -> str:
        return f"({top} DIV {bottom})"

    def unique_number(self, order: str) -> str:
        """Numbers with gaps: those without would have to be counted out in one place."""
        return "MONOTONICALLY_INCREASING_ID()"
