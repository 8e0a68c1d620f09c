"""What a log's page says of hand-made logs, number by number; and of logs that hold next to nothing."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from events.shops import HEADER
from explore.small import ROWS, explored, ingested
from willbuy.errors import NotEnoughData, WillbuyError
from willbuy.explore.log.explore import explore_log
from willbuy.explore.page import page


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return explored(tmp_path_factory.mktemp("log"), ROWS)


def test_the_funnel_counts_steps_in_order(found: dict[str, Any]) -> None:
    steps = {
        of: [(step["kind"], step["reached"], step["ever"]) for step in found["funnel"][of]]
        for of in ("visitors", "sessions")
    }
    assert steps["visitors"] == [("view", 4, 4), ("cart", 2, 3), ("purchase", 1, 3)]
    assert steps["sessions"] == [("view", 5, 5), ("cart", 2, 3), ("purchase", 1, 3)]
    assert found["funnel"]["says"] == (
        "Of 5 sessions in which somebody looked at something, 40.0 % put something into the cart after that, and 20.0 % bought "
        "after that. 2 more sessions bought without having taken the steps before it."
    )


def test_conversion(found: dict[str, Any]) -> None:
    conversion = found["conversion"]
    assert (conversion["visitors"]["hits"], conversion["visitors"]["of"]) == (3, 4)
    assert (conversion["sessions"]["hits"], conversion["sessions"]["of"]) == (3, 5)
    assert conversion["events"] == 3
    assert conversion["says"].startswith("75.0 % of 4 visitors bought (95 % interval ")
    assert conversion["says"].endswith("), in 60.0 % of 5 sessions.")


def test_days_and_hours(found: dict[str, Any]) -> None:
    days = [
        (day["day"], day["whole"], day["visitors"], day["new"], day["events"])
        for day in found["by_day"]["days"]
    ]
    assert days == [
        ("2024-03-04", False, 2, 2, 4),
        ("2024-03-05", True, 2, 2, 5),
        ("2024-03-06", False, 1, 0, 2),
    ]
    cells = {(cell["weekday"], cell["hour"]): cell for cell in found["by_hour"]["cells"]}
    assert len(cells) == 50  # from Monday 9:00 to Wednesday 11:00
    assert (cells[0, 9]["events"], cells[0, 9]["goals"], cells[0, 9]["times"]) == (3, 1, 1)
    assert sum(cell["events"] for cell in cells.values()) == len(ROWS)
    assert not found["by_hour"]["whole_week"]
    assert "less than a whole week: its busiest hour is Monday from 9:00 to 10:00" in found["by_hour"]["says"]
    assert (
        found["by_day"]["says_week"]
        == "The log holds 1 whole day: at least 14 are needed to compare weekdays."
    )


def test_kinds(found: dict[str, Any]) -> None:
    kinds = {kind["kind"]: (kind["events"], kind["first"], kind["last"]) for kind in found["kinds"]["kinds"]}
    assert kinds == {
        "view": (5, "2024-03-04", "2024-03-06"),
        "cart": (3, "2024-03-04", "2024-03-06"),
        "purchase": (3, "2024-03-04", "2024-03-05"),
    }
    assert sum(one["events"] for one in found["kinds"]["counts"]) == len(ROWS)
    assert found["kinds"]["says"] == "Of 11 events, 45.5 % views, 27.3 % carts and 27.3 % purchases."


def test_tails(found: dict[str, Any]) -> None:
    events, goals = found["tails"]["events"], found["tails"]["goals"]
    assert (events["of"], events["total"], events["most"], events["median"]) == (4, 11, 3, 3)
    assert [(point["at_least"], point["visitors"]) for point in events["points"]] == [(2, 4), (3, 3)]
    assert (goals["of"], goals["make_half"]) == (3, 2)
    assert found["tails"]["says_goals"] == (
        "Half of all purchases are made by 2 of 4 visitors (50.0 %), that is 66.7 % of the 3 that have any."
    )


def test_returns(found: dict[str, Any]) -> None:
    returning = found["returning"]
    assert (returning["more_sessions"]["hits"], returning["more_sessions"]["of"]) == (1, 4)
    back = {one["within_days"]: (one["back"]["hits"], one["back"]["of"]) for one in returning["back"]}
    assert back == {
        1: (0, 4),
        2: (1, 2),
    }  # Bob comes back after two days; only Ann and he were there so early
    assert found["gaps"]["median_gap_hours"] == 48
    assert found["gaps"]["median_to_goal_hours"] == 0
    assert sum(bar["count"] for bar in found["gaps"]["recency"]) == 4


def test_rows_and_missing_values(found: dict[str, Any]) -> None:
    cells = {(cell["kind"], cell["field"]): cell["missing"] for cell in found["missing"]["cells"]}
    assert cells["view", "price"] == 4 and cells["cart", "quantity"] == 2 and cells["purchase", "price"] == 0
    assert found["missing"]["absent"] == ["category", "session", "event_id", "received"]
    assert found["rows"]["says"] == "All of 11 rows became events: none was rejected, none a duplicate."


def test_rejected_and_repeated_rows_are_counted(tmp_path: Path) -> None:
    shop = ingested(tmp_path, [*ROWS, ",2024-03-05 15:00:00,view,i1,,", "eve,yesterday,view,i1,,"])
    (tmp_path / "again.csv").write_text(f"{HEADER}\n{ROWS[0]}\n", encoding="utf-8")
    from willbuy.events.ingest import ingest

    ingest(shop, [str(tmp_path / "again.csv")])
    rows = explore_log(shop)["rows"]
    assert (rows["read"], rows["accepted"], rows["rejected"], rows["duplicates"]) == (14, 11, 2, 1)
    assert sum(rows["by_rule"].values()) == 2


def browsing(person: str, number: int, seconds: int, start: str = "2024-03-04 00:00:00") -> list[str]:
    """Views of one person, one every so many seconds."""
    from datetime import datetime, timedelta

    begin = datetime.fromisoformat(start)
    return [
        f"{person},{begin + timedelta(seconds=seconds * step)},view,i{step % 7},," for step in range(number)
    ]


@pytest.mark.parametrize(
    ("rows", "sign"),
    [
        (browsing("bot", 60, 1), "fast"),
        (browsing("bot", 500, 60), "many"),
        (browsing("bot", 20, 3600), "around_the_clock"),
    ],
)
def test_each_sign_of_a_bot(tmp_path: Path, rows: list[str], sign: str) -> None:
    bots = explored(tmp_path, [*ROWS, *rows])["bots"]
    assert (bots["bots"], bots[sign], bots["fast"] + bots["many"] + bots["around_the_clock"]) == (1, 1, 1)
    assert bots["events"] == len(rows)
    assert bots["conversion"]["of"] == 5 and bots["conversion_without"]["of"] == 4
    assert bots["says"].startswith("1 likely bot of 5 visitors makes ")


@pytest.mark.parametrize(
    "rows",
    [
        browsing("ann", 59, 1),
        browsing("ann", 499, 120),
        browsing("ann", 19, 3600),
        [f"ann,2024-03-04 09:00:00,buy,i{line},1.00,1" for line in range(600)],
    ],
)
def test_who_is_no_bot(tmp_path: Path, rows: list[str]) -> None:
    assert explored(tmp_path, rows)["bots"]["bots"] == 0


DEGENERATE = {
    "one event": ["ann,2024-03-04 09:00:00,view,i1,,"],
    "one purchase": ["ann,2024-03-04 09:00:00,buy,i1,1.00,1"],
    "no purchase": [row for row in ROWS if ",buy," not in row],
    "purchases only": [row for row in ROWS if ",buy," in row],
    "one moment": [f"u{number},2024-03-04 09:00:00,view,i1,," for number in range(40)],
    "a year between": ["ann,2023-01-01 00:00:00,view,i1,,", "ann,2024-03-04 09:00:00,buy,i1,1.00,1"],
}


@pytest.mark.parametrize("rows", DEGENERATE.values(), ids=DEGENERATE.keys())
def test_a_log_that_holds_next_to_nothing_still_has_a_page(tmp_path: Path, rows: list[str]) -> None:
    found = explored(tmp_path, rows)
    text_of_page = page(found)
    text = json.dumps(found, allow_nan=False)
    assert not re.search(r"None|NaN|\bnan\b|–%", text)
    assert text_of_page.count("<figure") == text_of_page.count('type="application/json"')


def test_no_log_says_what_to_do(tmp_path: Path) -> None:
    from events.shops import shop_at

    with pytest.raises(WillbuyError, match="willbuy ingest"):
        explore_log(shop_at(tmp_path))
    with pytest.raises(NotEnoughData, match="no event"):
        explored(tmp_path, [])


def test_a_kind_that_begins_late_is_named(tmp_path: Path) -> None:
    early = browsing("ann", 40, 43_200)
    late = [row.replace(",view,", ",cart,") for row in browsing("bob", 120, 2700, "2024-03-20 00:00:00")]
    warns = explored(tmp_path, [*early, *late])["kinds"]["warns"]
    assert warns == [
        "There are no carts before 2024-03-20: were they recorded from the start?",
    ]
