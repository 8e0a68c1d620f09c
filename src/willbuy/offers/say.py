"""Shares and amounts in the notes of this room."""


def share(value: float) -> str:
    """
    >>> share(0.4213), share(0.9), share(0.00123)
    ('42.1 %', '90 %', '0.123 %')
    """
    return f"{100 * value:.3g} %"


def amount(value: float, currency: str | None = None) -> str:
    """
    >>> amount(1234.5, "EUR"), amount(-3.0), amount(0.0042)
    ('1,234.50 EUR', '−3.00', '0.0042')
    """
    digits = 2 if round(value, 2) == round(value, 4) else 4
    return f"{'−' if value < 0 else ''}{abs(value):,.{digits}f}{f' {currency}' if currency else ''}"
