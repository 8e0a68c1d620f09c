"""How PostgreSQL differs from standard SQL."""

from willbuy.warehouse.dialect import Dialect


class PostgresDialect(Dialect):
    """PostgreSQL 18. Times are `timestamp` without a zone, so no setting of a server's zone can move them."""

    name = "postgres"
    sorted_scans = False

    def in_text_order(self, expression: str) -> str:
        """By bytes, whatever the order of the database is.

        >>> PostgresDialect().in_text_order('e."entity"')
        'e."entity" COLLATE "C"'
        """
        return f'{expression} COLLATE "C"'

    def microseconds(self, moment: str) -> str:
        return f"CAST(EXTRACT(EPOCH FROM {moment}) * 1000000 AS BIGINT)"  # exact: EXTRACT gives a decimal

    def earlier(self, moment: str, microseconds: int) -> str:
        return f"({moment} - INTERVAL '{microseconds} microseconds')"

    def whole(self, top: str, bottom: int) -> str:
        return f"({top} / {bottom})"

    def md5_number(self, text: str) -> str:
        return f"CAST(reverse(substr(decode(md5({text}), 'hex'), 9, 8)) AS BIGINT)"
