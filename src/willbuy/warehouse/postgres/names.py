"""Names in statements that are made here."""


def quoted(name: str) -> str:
    """A name as PostgreSQL reads it, whatever it holds.

    >>> quoted('a"; drop table x')
    '"a""; drop table x"'
    """
    return '"' + name.replace('"', '""') + '"'
