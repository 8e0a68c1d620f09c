"""Which schema of the server holds a shop's tables."""

import re

from willbuy.shop.common import Common
from willbuy.shop.storage import LONGEST_SCHEMA


def schema_of(shop: Common) -> str:
    """The schema of a shop: `storage.schema`, else the shop's name as a plain identifier."""
    return shop.storage.schema or plain_name(shop.shop.name)


def plain_name(name: str) -> str:
    """A shop's name as PostgreSQL takes names without quotes: small letters, digits and `_`, at most 63 bytes.

    >>> plain_name("Ladybird Gifts"), plain_name("24/7 shop"), plain_name("pg_shop")
    ('ladybird_gifts', 'shop_24_7_shop', 'shop_pg_shop')
    """
    plain = re.sub(r"\W+", "_", name.lower()).strip("_") or "shop"
    if plain[0].isdigit() or plain.startswith("pg_"):
        plain = f"shop_{plain}"
    return plain.encode()[:LONGEST_SCHEMA].decode(errors="ignore")
