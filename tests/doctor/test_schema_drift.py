"""Schema drift (B8): twelve of twelve planted changes are found and stop; fifty clean resamples raise no alarm."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from willbuy.doctor.diagnosis import Diagnosis, LeakFound
from willbuy.doctor.schema_drift import schema_drift
from willbuy.warehouse.duckdb import DuckDBWarehouse
from willbuy.warehouse.profile import profile

CLEAN = {"read": 8000, "accepted": 7900, "rejected": 40, "duplicates": 60}
HOURS = np.array(
    [2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 13, 14, 14, 13, 13, 13, 14, 15, 17, 19, 20, 16, 10, 5], float
)


def events(seed: int = 0, entities: int = 700) -> pd.DataFrame:
    """Some visitors' events over four weeks: most are views, days have evenings, prices are in cents."""
    random = np.random.default_rng(seed)
    key = np.repeat(np.arange(entities), random.geometric(0.1, entities))
    n = len(key)
    item = np.minimum(random.zipf(1.5, n), 400)
    start = pd.Timestamp("2024-03-01") + pd.to_timedelta(random.integers(0, 28, n), unit="D")
    at = random.choice(24, n, p=HOURS / HOURS.sum()) * 3600 + random.integers(0, 3600, n)
    kind = random.choice(["view", "addtocart", "order"], n, p=[0.9, 0.07, 0.03])
    return pd.DataFrame(
        {
            "entity": [f"{100_000 + 37 * one}" for one in key],
            "item": [f"{2000 + one}" for one in item],
            "time": start + pd.to_timedelta(at, unit="s"),
            "kind_name": kind,
            "category": [f"cat {one % 30}" for one in item],
            "price": np.where(random.random(n) < 0.1, np.nan, 100.0 * (5 + item % 90)),
            "quantity": 1.0,
            "session": None,
        }
    )


def resampled(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Entities drawn with replacement, and half of them only."""
    every = frame["entity"].unique()
    drawn = pd.DataFrame({"entity": np.random.default_rng(seed).choice(every, len(every) // 2)})
    return drawn.merge(frame, on="entity")


def seen(frame: pd.DataFrame, account: dict[str, int] | None = None) -> dict:
    """The profile of a log that holds these events."""
    with DuckDBWarehouse(None) as warehouse:
        tables = frame.copy()
        for name in ("entity", "item"):
            code, texts = pd.factorize(frame[name])
            tables[f"{name}_key"] = code
            made = pd.DataFrame({f"{name}_key": range(len(texts)), name: list(texts)})
            warehouse.connection.register("made", made)
            warehouse.execute(
                f"CREATE TABLE {'entities' if name == 'entity' else 'items'} AS SELECT * FROM made"
            )
            warehouse.connection.unregister("made")
        tables.loc[tables["item_key"] < 0, "item_key"] = None
        warehouse.connection.register("made", tables)
        casts = ", ".join(
            f"CAST(NULLIF(CAST({name} AS VARCHAR), 'NaN') AS {kind}) AS {name}"
            for name, kind in (("item_key", "DOUBLE"), ("price", "DOUBLE"), ("quantity", "DOUBLE"))
        )
        plain = "entity_key, time, kind_name, CAST(category AS VARCHAR) AS category, CAST(session AS VARCHAR) AS session"
        warehouse.execute(
            f"CREATE TABLE events AS SELECT {plain}, CAST(item_key AS BIGINT) AS item_key, "
            f"CAST(price AS BIGINT) AS price, CAST(quantity AS BIGINT) AS quantity FROM (SELECT * REPLACE ({casts}) FROM made)"
        )
        values = account or CLEAN
        warehouse.execute(
            "CREATE TABLE sources (read BIGINT, accepted BIGINT, rejected BIGINT, duplicates BIGINT, format VARCHAR)"
        )
        warehouse.execute("INSERT INTO sources VALUES (?, ?, ?, ?, 'csv')", list(values.values()))
        warehouse.execute("CREATE TABLE rejected (rule VARCHAR)")
        return profile(warehouse)


Change = Callable[[pd.DataFrame], pd.DataFrame]
REFUSED = {"read": 8000, "accepted": 6000, "rejected": 1940, "duplicates": 60}

CHANGES: dict[str, tuple[str, Change, dict[str, int] | None]] = {
    "a column is gone": ("price.nulls", lambda f: f.assign(price=np.nan), None),
    "a column was renamed, and another is read": ("category.nulls", lambda f: f.assign(category=None), None),
    "a column was retyped, so that rows are refused": ("rows.rejected", lambda f: f, REFUSED),
    "a unit is 100 times as small": ("price.unit", lambda f: f.assign(price=f["price"] * 100), None),
    "milliseconds instead of seconds: moments out of range": ("rows.rejected", lambda f: f, REFUSED),
    "a category explodes": (
        "category.values",
        lambda f: f.assign(category=[f"cat {n % 3000}" for n in range(len(f))]),
        None,
    ),
    "a burst of nulls": (
        "item.nulls",
        lambda f: f.assign(item=f["item"].where(np.arange(len(f)) % 3 > 0)),
        None,
    ),
    "a column is constant": ("item.constant", lambda f: f.assign(item="2001"), None),
    "ids have another form": ("entity.form", lambda f: f.assign(entity="u-" + f["entity"]), None),
    "an event was renamed": ("kind.order", lambda f: f.replace({"kind_name": {"order": "purchase"}}), None),
    "another time zone": ("time.zone", lambda f: f.assign(time=f["time"] + pd.Timedelta(hours=5)), None),
    "rows come twice": (
        "rows.duplicates",
        lambda f: f,
        {"read": 8000, "accepted": 6000, "rejected": 40, "duplicates": 1960},
    ),
}


@pytest.fixture(scope="module")
def then() -> dict:
    return seen(events())


@pytest.mark.parametrize("change", CHANGES)
def test_twelve_of_twelve_planted_changes_stop(change: str, then: dict) -> None:
    about, planted, account = CHANGES[change]
    found = schema_drift(then, seen(planted(resampled(events(), 1)), account))
    assert f"schema_drift:{about}" in [one.name for one in found]
    with pytest.raises(LeakFound, match="the doctor found a change, schema_drift:"):
        Diagnosis(tuple(found)).refuse()


def test_fifty_clean_resamples_raise_no_alarm(then: dict) -> None:
    frame = events()
    alarms = [one.name for seed in range(50) for one in schema_drift(then, seen(resampled(frame, seed)))]
    assert alarms == []


def test_summer_time_is_no_other_zone(then: dict) -> None:
    later = events().assign(time=lambda f: f["time"] + pd.Timedelta(hours=1))
    assert schema_drift(then, seen(later)) == []


def test_what_changed_is_said_with_both_figures(then: dict) -> None:
    [found] = schema_drift(then, seen(events().assign(price=lambda f: f["price"] * 100)))
    before = then["fields"]["price"]["median"]
    assert (
        found.words == f"the median of price is 100 times greater ({100 * before:,.0f} against {before:,.0f})"
    )


def test_nothing_is_said_of_an_empty_log(then: dict) -> None:
    nothing = {name: {**field, "n": 0} for name, field in then["fields"].items()}
    empty = {"fields": nothing, "kinds": {}, "hours": [0] * 24, "days": 0, "account": dict.fromkeys(CLEAN, 0)}
    assert schema_drift(then, empty) == []


def test_a_field_that_is_gone_from_the_profile_is_named(then: dict) -> None:
    less = {**then, "fields": {name: field for name, field in then["fields"].items() if name != "price"}}
    assert [one.name for one in schema_drift(then, less)] == ["schema_drift:price.gone"]
