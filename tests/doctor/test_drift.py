"""Population drift: columns that moved are ranked, resamples raise no alarm, columns that grow by definition only a note."""

import numpy as np

from willbuy.doctor.drift import drift


def columns(seed: int, rows: int = 2000) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    made = {f"x{number}": random.gamma(2, 3, rows) for number in range(8)}
    made["views"] = random.poisson(1.5, rows) * 1.0
    made["flag"] = random.binomial(1, 0.03, rows) * 1.0
    made["price"] = np.where(random.random(rows) < 0.4, np.nan, random.lognormal(3, 1, rows))
    return made


def test_two_hundred_resamples_raise_no_alarm() -> None:
    alarms = [seed for seed in range(200) if drift(columns(2 * seed), columns(2 * seed + 1, 600))]
    assert alarms == []


def test_what_moved_is_ranked() -> None:
    test = columns(1)
    test["x3"], test["views"] = test["x3"] * 3, test["views"] + 1
    test["price"] = np.where(np.arange(2000) % 5 > 0, np.nan, test["price"])
    [found] = drift(columns(0), test)
    assert found.grade == "warning"
    assert {one["name"] for one in found.proof["columns"]} == {"x3", "views", "price"}
    psi = [one["psi"] for one in found.proof["columns"]]
    assert psi == sorted(psi, reverse=True) and found.proof["columns"][0]["name"] in found.words


def test_columns_that_grow_with_the_log_are_a_note() -> None:
    test = columns(1)
    test["x3"] = test["x3"] * 3
    [found] = drift(columns(0), test, growing={"x3"})
    assert found.grade == "note" and "grow with it" in found.remedy


def test_few_rows_say_nothing() -> None:
    assert drift(columns(0), {name: values[:50] * 9 for name, values in columns(1).items()}) == []


def test_a_column_of_nulls_does_no_harm() -> None:
    null = {"x": np.full(500, np.nan)}
    assert drift(null, null) == []
    [found] = drift(null, {"x": np.ones(500)})
    assert found.proof["columns"][0]["name"] == "x"
