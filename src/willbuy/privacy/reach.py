"""How far erasing reaches: a log in files of the shop's home, or on a PostgreSQL server. Elsewhere it is refused before anything is done."""

from willbuy.errors import EngineError
from willbuy.shop import Shop
from willbuy.shop.common import Common


def check_reach(shop: Common, verb: str) -> None:
    """Raise EngineError where the shop's log lies where no row can be taken out of it yet.

    Nothing is done then: a visitor who is gone from one place and stands in another would look erased.
    """
    if isinstance(shop, Shop) and shop.storage.engine == "spark":
        raise EngineError(
            f"cannot {verb} rows of a log that lies in the engine {shop.storage.engine!r}: nothing was done. Take the rows out of the "
            "source files, empty the engine's tables, and run: willbuy ingest"
        )
