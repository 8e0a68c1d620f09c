"""Small shops for the tests of reading: a log written out, a shop file over it, and an order-free picture of the tables."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from willbuy.shop import Shop
from willbuy.warehouse import open_warehouse

HEADER = "user,ts,what,item,price,qty"
SOURCE: dict[str, Any] = {
    "columns": {
        "entity": "user",
        "time": "ts",
        "kind": "what",
        "item": "item",
        "price": "price",
        "quantity": "qty",
    },
    "kinds": {"view": ["view"], "cart": ["cart"], "purchase": ["buy"]},
    "time": {"unit": "text", "zone": "UTC"},
}
BODY = "n.entity, e.time, e.kind, i.item, e.category, e.price, e.quantity, e.session, e.event_id, e.received, e.kind_name"


def shop_at(folder: Path, **source: Any) -> Shop:
    """A shop in a folder, its state included."""
    return Shop.model_validate({"source": {**SOURCE, **source}, "target": {"within": "7d"}, "folder": folder})


def write_log(path: Path, rows: Iterable[str], header: str | None = HEADER) -> Path:
    """Write a CSV log."""
    path.write_text(
        "".join(f"{row}\n" for row in ([header] if header else []) + list(rows)), encoding="utf-8"
    )
    return path


def some_rows(count: int, seed: int = 0, people: int = 50) -> list[str]:
    """Rows of a log, many of them equal in parts, none in all; the same for the same seed."""
    state = seed * 7919 + 1
    rows = []
    for number in range(count):
        state = (state * 1103515245 + 12345) % (1 << 31)
        kind = ("view", "view", "view", "cart", "buy")[state >> 7 & 3 if state >> 9 & 7 else 4]
        moment = f"2024-03-{1 + number // 2000 % 28:02d} {number // 100 % 24:02d}:{state % 60:02d}:{number % 60:02d}"
        rows.append(
            f"u{(state >> 11) % people},{moment},{kind},i{(state >> 5) % 30},{state % 9000 / 100:.2f},{state % 3}"
        )
    return rows


def events(shop: Shop) -> list[tuple[Any, ...]]:
    """Every event by its content, sorted: what an ingest amounts to, whatever the order and the keys."""
    with open_warehouse(shop) as warehouse:
        return warehouse.rows(
            f"SELECT {BODY} FROM events AS e JOIN entities AS n USING (entity_key) LEFT JOIN items AS i USING (item_key) ORDER BY ALL"
        )


def tables(
    shop: Shop, names: Sequence[str] = ("events", "entities", "items", "events_raw", "rejected")
) -> dict[str, Any]:
    """An order-free checksum of each table, keys and line numbers included."""
    with open_warehouse(shop) as warehouse:
        return {
            name: warehouse.rows(
                f"SELECT count(*), bit_xor(hash(t)), sum(hash(t)::HUGEINT % 1000003) FROM {name} AS t"
            )[0]
            for name in names
        }
