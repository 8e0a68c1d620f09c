"""Tables: the published ones through their presets, what is said of them, and twelve changes of form."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from willbuy.doctor.diagnosis import Diagnosis
from willbuy.doctor.examine import examine
from willbuy.doctor.of_table import case_of_table, profile_of_table
from willbuy.doctor.schema_drift import schema_drift
from willbuy.models.prepare.column import Column
from willbuy.shop import TableShop, load_any
from willbuy.tables import read_table


def table_shop(folder: Path, text: str) -> TableShop:
    (folder / "shop.toml").write_text(text, encoding="utf-8")
    shop = load_any(folder / "shop.toml")
    assert isinstance(shop, TableShop)
    return shop


def diagnosis_of(shop: TableShop) -> Diagnosis:
    rows = read_table(shop)
    return examine(case_of_table(rows.frame, rows.columns, rows.order_names), accept=shop.doctor.accept)


def test_online_shoppers_stop_for_page_values_alone(shared_data: Path, tmp_path: Path) -> None:
    file = shared_data / "uci_online_shoppers" / "online_shoppers_intention.csv"
    found = diagnosis_of(table_shop(tmp_path, f'[table]\nfiles = ["{file}"]\npreset = "online_shoppers"\n'))
    assert [one.name for one in found.stopping] == ["known_when:PageValues"]
    assert "none of the 560 buyers of Feb, Mar, May but for 370 of the 1,348" in found.stopping[0].words


def test_retailtech_has_no_leak(shared_data: Path, tmp_path: Path) -> None:
    file = shared_data / "retailtech" / "raw_customer_data.csv"
    found = diagnosis_of(table_shop(tmp_path, f'[table]\nfiles = ["{file}"]\npreset = "retailtech"\n'))
    assert found.stopping == ()


def test_click_flags_cannot_be_dated_before_the_order(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    columns = [Column(f"flag_{number}", "flag") for number in range(23)]
    frame = pd.DataFrame({column.name: random.binomial(1, 0.2, 3000) * 1.0 for column in columns})
    frame["label"], frame["entity"] = random.binomial(1, 0.05, 3000), [f"u{n}" for n in range(3000)]
    found = examine(case_of_table(frame, columns))
    [undeclared] = [one for one in found.findings if one.suspicion == "known_when"]
    assert undeclared.words.startswith("none of the 23 columns says when it is known")
    assert "no column can be dated before the order" in undeclared.words


def test_a_few_rows_lack_more_by_chance() -> None:
    column = (Column("seconds", "number", known="before"),)

    def seen(lacking: int, count: int) -> dict[str, Any]:
        values = np.where(np.arange(count) < lacking, np.nan, np.arange(count) * 1.0)
        return profile_of_table(pd.DataFrame({"seconds": values}), column, {"read": count, "rejected": 0})

    assert schema_drift(seen(40, 100), seen(53, 100)) == []
    [found] = schema_drift(seen(400, 1000), seen(530, 1000))
    assert found.name == "schema_drift:seconds.nulls"


def test_rare_values_of_a_few_rows_are_not_renamed() -> None:
    values = tuple(f"town {number}" for number in range(60))
    column = (Column("town", "category", values, known="before"),)

    def seen(codes: list[int]) -> dict[str, Any]:
        frame = pd.DataFrame({"town": np.array(codes, dtype=np.float64)})
        return profile_of_table(frame, column, {"read": len(codes), "rejected": 0})

    rare = seen([0] * 10 + list(range(1, 31)))  # 30 of 40 rows hold a value of their own
    assert schema_drift(rare, seen([0] * 10 + list(range(31, 51)) + list(range(1, 11)))) == []
    often = seen([number for number in range(10) for _ in range(4)])
    [found] = schema_drift(often, seen([number for number in range(5, 15) for _ in range(4)]))
    assert found.name == "schema_drift:town.renamed"


def test_a_few_rows_of_the_commonest_value_are_no_constant() -> None:
    column = (Column("weekend", "flag", known="before"),)

    def seen(no: int, yes: int) -> dict[str, Any]:
        frame = pd.DataFrame({"weekend": np.repeat([0.0, 1.0], [no, yes])})
        return profile_of_table(frame, column, {"read": no + yes, "rejected": 0})

    assert schema_drift(seen(35, 5), seen(40, 0)) == []
    [found] = schema_drift(seen(350, 50), seen(400, 0))
    assert found.name == "schema_drift:weekend.constant"


COLUMNS = (
    Column("pages", "number"),
    Column("seconds", "number"),
    Column("basket", "number"),
    Column("weekend", "flag"),
    Column("device", "category", ("desktop", "mobile", "tablet")),
)
COUNTS = {"read": 3000, "accepted": 3000, "rejected": 0}


def rows(seed: int, count: int = 3000) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "pages": random.poisson(6, count) * 1.0,
            "seconds": np.round(random.gamma(2, 120, count)),
            "basket": np.where(
                random.random(count) < 0.2, np.nan, np.round(random.lognormal(3, 0.8, count), 2)
            ),
            "weekend": random.binomial(1, 0.3, count) * 1.0,
            "device": random.choice(3, count, p=[0.5, 0.4, 0.1]) * 1.0,
        }
    )
    return frame.assign(entity=[f"row {n}" for n in range(count)], label=random.binomial(1, 0.1, count))


Change = Callable[[pd.DataFrame], tuple[Any, ...]]


def changed(frame: pd.DataFrame, columns: tuple[Column, ...] = COLUMNS, **counts: int) -> tuple[Any, ...]:
    return frame, columns, COUNTS | counts


OTHER = Column("device", "category", ("computer", "phone", "tablet"))
CHANGES: dict[str, tuple[str, Change]] = {
    "a column is gone": (
        "basket.gone",
        lambda f: changed(f, tuple(c for c in COLUMNS if c.name != "basket")),
    ),
    "a column is null": ("basket.nulls", lambda f: changed(f.assign(basket=np.nan))),
    "a number became a category": (
        "pages.role",
        lambda f: changed(f, (Column("pages", "category", ("1", "2")), *COLUMNS[1:])),
    ),
    "cents instead of units": ("basket.unit", lambda f: changed(f.assign(basket=f["basket"] * 100))),
    "milliseconds instead of seconds": (
        "seconds.unit",
        lambda f: changed(f.assign(seconds=f["seconds"] * 1000)),
    ),
    "values explode": ("pages.values", lambda f: changed(f.assign(pages=np.arange(len(f)) * 1.0))),
    "a burst of nulls": (
        "seconds.nulls",
        lambda f: changed(f.assign(seconds=f["seconds"].where(f["pages"] > 5))),
    ),
    "a constant": ("device.constant", lambda f: changed(f.assign(device=1.0))),
    "values were renamed": ("device.renamed", lambda f: changed(f, (*COLUMNS[:-1], OTHER))),
    "rows are refused": ("rows.rejected", lambda f: changed(f, rejected=600)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_planted_change_of_form_is_found(change: str) -> None:
    about, planted = CHANGES[change]
    found = schema_drift(profile_of_table(*changed(rows(0))), profile_of_table(*planted(rows(1))))
    assert f"schema_drift:{about}" in [one.name for one in found]
    assert {one.grade for one in found} == {"change"}


def test_fifty_clean_tables_raise_no_alarm() -> None:
    then = profile_of_table(*changed(rows(0)))
    alarms = [
        one.name
        for seed in range(1, 51)
        for one in schema_drift(then, profile_of_table(*changed(rows(seed, 900))))
    ]
    assert alarms == []
