"""Small logs for the tests of `willbuy init`, written as code, and what init makes of them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from willbuy.errors import SourceError, WillbuyError
from willbuy.events import presets
from willbuy.events.look import Sight, init
from willbuy.shop import Shop, load_shop

START = datetime(2024, 3, 1, 8, 0, tzinfo=UTC)
Moment = Callable[[datetime], str]


def iso(moment: datetime) -> str:
    """2024-03-01 08:00:00"""
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def events(days: int = 40, visitors: int = 20) -> Iterator[tuple[str, datetime, str, str, str]]:
    """A month of (visitor, moment, kind, item, price): every visitor views daily, every third buys now and then."""
    for day in range(days):
        for visitor in range(visitors):
            moment = START + timedelta(days=day, minutes=7 * visitor)
            yield f"v{visitor}", moment, "view", f"i{visitor % 5}", "19.90"
            if visitor % 3 == 0 and day % 5 == visitor % 5:
                yield f"v{visitor}", moment + timedelta(minutes=3), "order", f"i{visitor % 5}", "19.90"


def csv_log(
    write: Moment = iso,
    header: str = "visitor_id,timestamp,event,item_id,price",
    delimiter: str = ",",
    days: int = 40,
) -> str:
    """The log as CSV text."""
    lines = [header.replace(",", delimiter)] if header else []
    lines += [
        delimiter.join([who, write(moment), kind, item, price])
        for who, moment, kind, item, price in events(days)
    ]
    return "\n".join(lines) + "\n"


def put(folder: Path, text: str, name: str = "log.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def begin(folder: Path, text: str, written: str = "utf-8", **said: Any) -> tuple[Sight, Shop]:
    """Look at a text, write the shop file, load it again. `written` is the encoding of the log."""
    path = put(folder, text, encoding=written)
    sight = init([path], shop_path=folder / "shop.toml", force=True, **said)
    shop = load_shop(folder / "shop.toml")
    assert presets.resolve(shop.source) == presets.resolve(
        sight.source.model_copy(update={"files": shop.source.files})
    )
    return sight, shop


def refusal(folder: Path, text: str, error: type[WillbuyError] = SourceError, **said: Any) -> str:
    """What init says to a text that it refuses: one line, and nothing is written."""
    path = put(folder, text)
    with pytest.raises(error) as raised:
        init([path], shop_path=folder / "shop.toml", **said)
    assert sorted(entry.name for entry in folder.iterdir()) == ["log.csv"]
    message = str(raised.value)
    assert "\n" not in message
    assert len(message) < 700
    return message.replace(f"{path}", "log.csv")
