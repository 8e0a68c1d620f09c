"""A table made up for the tests: what tells who buys is known, and so is what does not."""

from pathlib import Path
from typing import Any

import numpy as np

from willbuy.shop import TableShop, load_any

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May")
HEAD = "session,visits,seconds,device,member,month,bought"


def lines(n: int = 600, seed: int = 3, months: int = 5, drift: float = 0.0) -> list[str]:
    """`visits` and `device` tell who buys, `seconds` (with gaps) and `member` do not; from month to month more buy by `drift`."""
    rng = np.random.default_rng(seed)
    month = np.sort(rng.integers(0, months, n))
    visits, device = rng.poisson(3.0, n), rng.integers(0, 3, n)
    chance = 1 / (1 + np.exp(2.0 - 0.6 * visits - np.array([0.0, 1.5, -1.0])[device] - drift * month))
    bought = rng.random(n) < chance
    seconds = [f"{value:.2f}" if rng.random() > 0.2 else "" for value in rng.exponential(60.0, n)]
    member = np.where(rng.random(n) < 0.5, "yes", "no")
    names = np.array(["phone", "desktop", "tablet"])[device]
    return [
        f"s{row:05},{visits[row]},{seconds[row]},{names[row]},{member[row]},{MONTHS[month[row]]},{'TRUE' if bought[row] else 'FALSE'}"
        for row in range(n)
    ]


def write_table(path: Path, rows: list[str], head: str = HEAD) -> Path:
    """Write a CSV file."""
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def table_shop(folder: Path, table: str = "", train: str = "", more: str = "", **made: Any) -> TableShop:
    """A shop file beside the table; keys of `[table]`, `[train]` and whatever else as TOML."""
    write_table(folder / "rows.csv", lines(**made))
    (folder / "shop.toml").write_text(
        f"""
[table]
files = ["rows.csv"]
target = "bought"
{table}
[table.columns]
visits = {{ role = "number", known = "before" }}
seconds = {{ role = "number", missing = "median" }}
device = {{ role = "category", known = "before" }}
member = {{ role = "flag", known = "before" }}
[train]
candidates = ["logistic"]
trials = 0
bootstrap = 100
folds = 3
{train}
{more}
""",
        encoding="utf-8",
    )
    loaded = load_any(folder / "shop.toml")
    if not isinstance(loaded, TableShop):
        raise TypeError("the shop file is not of a table")
    return loaded
