"""Words about rows."""


def rows_that(number: int, one: str, many: str) -> str:
    """How many rows do something.

    >>> rows_that(1, "is", "are"), rows_that(1200, "is", "are")
    ('1 row is', '1,200 rows are')
    """
    return f"1 row {one}" if number == 1 else f"{number:,} rows {many}"
