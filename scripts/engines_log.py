"""A small made-up log with every field, for the jobs that are tried on each engine: late rows, repeated rows, rows with faults."""

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

FIELDS = ("user", "time", "what", "item", "category", "price", "quantity", "session", "received")
START, DAYS, USERS = datetime(2026, 3, 1), 30, 500
SHOP = """
[shop]
name = "engines"
zone = "Europe/Berlin"

[source]
files = ["events*.csv"]
time = { unit = "text", zone = "UTC" }

[source.columns]
entity = "user"
time = "time"
kind = "what"
item = "item"
category = "category"
price = "price"
quantity = "quantity"
session = "session"
received = "received"

[source.kinds]
view = ["view"]
cart = ["cart"]
purchase = ["purchase"]

[target]
within = "2d"

[population]
active_within = "7d"

[train]
candidates = ["logistic"]
bootstrap = 100

[storage]
"""


def write_log(folder: Path) -> None:
    """Write `events.csv`: the same bytes each time."""
    draw = random.Random(20260301)
    rows = [row for user in range(USERS) for row in _user(draw, f"user {user}")]
    draw.shuffle(rows)
    rows += [list(row) for row in rows[:40]]  # read twice: no event more
    rows.append(["user 1", "no time at all", "view", *[""] * 6])
    with (folder / "events.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([FIELDS, *rows])


def _user(draw: random.Random, user: str) -> list[list[str]]:
    keen, found = draw.random(), []
    for visit in range(draw.randint(1, 6)):
        time = START + timedelta(seconds=draw.randrange(DAYS * 86_400))
        for _ in range(draw.randint(1, 7)):
            time += timedelta(seconds=draw.choice([0, 5, 60, 600]))
            kind = draw.choices(["view", "cart", "purchase"], [6, 1 + keen, 3 * keen**2])[0]
            found.append(_row(draw, user, time, kind, f"{user[5:]}-{visit}"))
    return found


def _row(draw: random.Random, user: str, time: datetime, kind: str, session: str) -> list[str]:
    late = timedelta(seconds=draw.randrange(86_400) if draw.random() < 0.05 else 1)
    return [
        user,
        time.isoformat(" "),
        kind,
        f"item {draw.randrange(40)}",
        draw.choice(["shoes", "hats", ""]),
        "" if draw.random() < 0.2 else f"{draw.randrange(100, 9000) / 100:.2f}",
        draw.choice(["", "1", "2"]),
        session,
        (time + late).isoformat(" "),
    ]
