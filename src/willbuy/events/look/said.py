"""What a user says on the command line, as a `[source]`: `--column entity=cookie --kind purchase=order`."""

from collections.abc import Sequence

from willbuy.errors import ShopError


def columns_said(texts: Sequence[str]) -> dict[str, str]:
    """Read `FIELD=NAME` texts. Raises ShopError.

    >>> columns_said(["entity=cookie", "item=a=b"])
    {'entity': 'cookie', 'item': 'a=b'}
    """
    said: dict[str, str] = {}
    for field, name in _pairs("--column", "entity=cookie", texts):
        if field in said:
            raise ShopError(f"--column {field} is said twice: {said[field]!r} and {name!r}. Say it once.")
        said[field] = name
    return said


def kinds_said(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Read `KIND=NAME` texts; a kind may have several names. Raises ShopError.

    >>> kinds_said(["purchase=order", "purchase=reorder", "other=*"])
    {'purchase': ('order', 'reorder'), 'other': ('*',)}
    """
    said: dict[str, tuple[str, ...]] = {}
    for kind, name in _pairs("--kind", "purchase=order", texts):
        said[kind] = (*said.get(kind, ()), name)
    return said


def _pairs(option: str, example: str, texts: Sequence[str]) -> list[tuple[str, str]]:
    pairs = []
    for text in texts:
        left, sign, right = text.partition("=")
        if not (left and sign and right):
            raise ShopError(
                f"{option} {text!r}: expected a name on both sides of =, such as {option} {example}"
            )
        pairs.append((left, right))
    return pairs
