"""`[storage]`: where the shop's state lies."""

from typing import Annotated, Literal

from pydantic import AfterValidator

from willbuy.shop import values
from willbuy.shop.section import Section, Whole, key


class Storage(Section):
    """Where the state of the shop lives."""

    engine: Literal["duckdb"] = key("The engine of the batch side.", "duckdb", "duckdb")
    home: str = key(
        "The folder of the shop's state, relative to the shop file.", ".willbuy", ".willbuy", min_length=1
    )
    memory: Annotated[str, AfterValidator(values.memory)] = key(
        "How much memory the engine may take.", "4GB", "1500MB"
    )
    threads: Whole | None = key("How many threads the engine may take; all processors otherwise.", 2, ge=1)
