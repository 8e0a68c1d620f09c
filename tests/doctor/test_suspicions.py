"""Each suspicion finds what was planted, says it with figures, and keeps quiet about clean tables."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from willbuy.doctor.breaks import breaks
from willbuy.doctor.case import Case, CaseError
from willbuy.doctor.examine import examine
from willbuy.doctor.rebuilt import rebuilt, searched
from willbuy.doctor.terms import MOST
from willbuy.doctor.too_good import too_good
from willbuy.doctor.twice import twice
from willbuy.doctor.undated import undated

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def clean(seed: int, rows: int = 1500) -> Case:
    """Visitors whose views, and whether they carted, make buying likelier, over six periods."""
    random = np.random.default_rng(seed)
    views, carted = random.poisson(4, rows) * 1.0, random.binomial(1, 0.15, rows) * 1.0
    y = random.random(rows) < 0.03 + 0.01 * views + 0.2 * carted
    columns = {"views": views, "carted": carted, "hour": random.integers(0, 24, rows) * 1.0}
    columns["seconds"] = random.gamma(2, 90, rows)
    return Case.of(columns, y, periods=random.integers(0, 6, rows))


@pytest.fixture(scope="module")
def shoppers(shared_data: Path) -> Case:
    """UCI's Online Shoppers: a year of sessions, with the month as the only time."""
    table = pd.read_csv(shared_data / "uci_online_shoppers" / "online_shoppers_intention.csv")
    visitor = {f"VisitorType={kind}": table["VisitorType"] == kind for kind in table["VisitorType"].unique()}
    numbers = table.drop(columns=["Month", "VisitorType", "Revenue"])
    months = table["Month"].map(MONTHS.index)
    columns = {**dict(numbers.items()), **visitor, "month": months}
    return Case.of(columns, table["Revenue"], periods=months, period_names=dict(enumerate(MONTHS)))


def test_page_values_are_flagged_from_the_data_alone(shoppers: Case) -> None:
    (found,) = breaks(shoppers)
    assert found.name == "known_when:PageValues" and found.grade == "leak"
    assert found.proof["periods"] == ["Feb", "Mar", "May"]
    assert (found.proof["early_buyers"], found.proof["later_buyers"], found.proof["later_without"]) == (
        560,
        1348,
        370,
    )
    assert "none of the 560 buyers of Feb, Mar, May but for 370 of the 1,348" in found.words


def test_page_values_are_flagged_under_any_name_and_scale(shoppers: Case) -> None:
    renamed = {f"x{place}": values * 3.7 for place, values in enumerate(shoppers.columns.values())}
    place = list(shoppers.columns).index("PageValues")
    found = breaks(Case(renamed, shoppers.y, periods=shoppers.periods))
    assert [finding.about for finding in found] == [f"x{place}"]


def test_the_duplicate_sessions_are_counted(shoppers: Case) -> None:
    [found] = twice(shoppers)
    assert (found.proof["copies"], found.proof["rows"], found.grade) == (125, 12_330, "warning")


def test_rows_of_few_values_are_alike_by_chance() -> None:
    random = np.random.default_rng(0)
    case = Case.of(
        {"views": random.poisson(3, 900), "hour": random.integers(0, 24, 900)}, random.random(900) < 0.2
    )
    [found] = twice(case)
    assert found.grade == "note" and found.proof["copies"] < 2 * found.proof["by_chance"]


def test_equal_rows_that_reading_put_together_are_held_against_chance_too() -> None:
    random = np.random.default_rng(0)
    columns = {"views": random.poisson(3, 900) * 1.0, "hour": random.integers(0, 24, 900) * 1.0}
    y = random.random(900) < 0.2
    together = np.unique(np.column_stack([*columns.values(), y]), axis=0, return_inverse=True)[1]
    [found] = twice(Case(columns, y, entities=together))
    assert found.grade == "note" and found.proof["by_chance"] > 0
    [given] = twice(Case(columns, y, entities=together, ids=True))
    assert given.grade == "warning"


def test_flags_alone_cannot_tell_copies_from_chance() -> None:
    random = np.random.default_rng(0)
    flags = {f"flag_{number}": random.binomial(1, 0.3, 900) * 1.0 for number in range(6)}
    [found] = twice(Case.of(flags, random.random(900) < 0.2))
    assert found.grade == "note" and found.proof["by_chance"] is None and "may be chance" in found.words


def test_the_same_in_another_period_is_no_copy() -> None:
    case = clean(5)
    again = case.take(np.concatenate([np.arange(1500)] * 2))
    months = replace(again, periods=np.repeat([0, 1], 1500))
    assert twice(months) == []
    assert twice(replace(months, periods=None)) != []


def test_copies_that_lack_a_value_are_copies() -> None:
    case = clean(5)
    case = replace(case, columns={**case.columns, "age": np.full(1500, np.nan)})
    [found] = twice(case.take(np.concatenate([np.arange(1500), np.arange(40)])))
    assert found.proof["copies"] == 40


def test_rows_that_were_counted_twice_are_a_warning() -> None:
    case = clean(5)
    again = np.concatenate([np.arange(1500), np.arange(40)])
    [found] = twice(case.take(again))
    assert found.grade == "warning" and found.proof["copies"] == 40


def test_only_page_values_rank_suspiciously_well(shoppers: Case) -> None:
    assert [finding.name for finding in too_good(shoppers)] == ["too_good:PageValues"]
    assert rebuilt(shoppers) == []


def test_a_column_that_is_the_label_is_too_good_either_way_round() -> None:
    y = np.arange(100) % 4 == 0
    found = too_good(Case.of({"paid": y * 1.0, "unpaid": 1.0 - y, "row": np.arange(100)}, y))
    assert {finding.about for finding in found} == {"paid", "unpaid"}
    assert {finding.grade for finding in found} == {"leak"}


def test_a_column_whose_nulls_tell_the_label_is_too_good() -> None:
    y = np.arange(100) % 4 == 0
    (found,) = too_good(Case.of({"delivery_days": np.where(y, 3.0, np.nan)}, y))
    assert found.proof["roc_auc"] == 1.0


def test_a_handful_of_buyers_is_never_too_good() -> None:
    y = np.arange(100) < 3
    found = examine(Case.of({"paid": y * 1.0}, y))
    assert not [one for one in found.findings if one.suspicion == "too_good"]
    [asked] = [one for one in found.asked if one.suspicion == "too_good"]
    assert asked.answer.startswith("not asked: only 3 entities have one of the outcomes")


def test_the_remedy_names_the_columns_that_every_formula_needs() -> None:
    random = np.random.default_rng(2)
    views, carts = random.poisson(5, 900) + 1.0, random.poisson(0.5, 900) * 1.0
    bought = random.binomial(1, 0.1, 900) * 1.0
    table = {"total": views + carts + bought, "views": views, "carts": carts, "ratio": carts / views}
    found = rebuilt(Case.of(table, bought > 0))
    assert len(found) == 2 and all(finding.grade == "leak" for finding in found)
    assert found[0].remedy == "Drop total or views: every formula that was found needs it"
    assert found[0].name == "reconstruction:carts+total+views"


def test_a_formula_is_found_behind_very_many_columns() -> None:
    random = np.random.default_rng(2)
    columns = {f"noise_{number}": random.normal(size=600) for number in range(500)}
    views, bought = random.poisson(5, 600) + 1.0, random.binomial(1, 0.2, 600) * 1.0
    case = Case.of({**columns, "views": views, "total": views + bought}, bought > 0)
    assert len(searched(case)) == MOST and {"views", "total"} <= set(searched(case))
    case = Case.of({**dict(list(columns.items())[:50]), "views": views, "total": views + bought}, bought > 0)
    [found] = rebuilt(replace(case, columns=searched(case, most=20)))
    assert found.proof["formula"] == "total - views"


@given(seed=st.integers(0, 10**6))
@settings(max_examples=50, deadline=None)
def test_clean_tables_raise_no_alarm(seed: int) -> None:
    case = clean(seed)
    assert [*breaks(case), *too_good(case), *rebuilt(case), *twice(case)] == []


def test_a_planted_break_is_found_and_a_planted_drift_is_not() -> None:
    case = clean(3, rows=6000)
    assert case.periods is not None
    random, late = np.random.default_rng(4), case.periods >= 3
    written = np.where(case.y, random.gamma(2, 5, 6000), random.binomial(1, 0.2, 6000) * 1.0)
    broken = np.where(case.y & late & (random.random(6000) < 0.3), 0.0, written)
    drifting = random.poisson(np.where(late, 0.4, 2.0)) * 1.0
    found = breaks(Case({**case.columns, "value": broken, "less": drifting}, case.y, periods=case.periods))
    assert [finding.about for finding in found] == ["value"]


def test_without_periods_nothing_is_said_about_breaks() -> None:
    case = clean(1)
    assert breaks(Case(case.columns, case.y)) == []


def test_columns_of_unlike_length_are_refused() -> None:
    with pytest.raises(CaseError, match=r"different lengths: \[2, 3\]"):
        Case.of({"a": [1, 2, 3]}, [0, 1])


def test_columns_that_are_known_after_are_leaks_and_undeclared_ones_are_listed_once() -> None:
    known = {"paid": "after", "views": "before", "hour": "unknown"}
    case = Case.of({name: [1, 2] for name in (*known, "seconds")}, [0, 1], known=known)
    leak, warning = undated(case)
    assert (leak.name, leak.grade) == ("known_when:paid", "leak")
    assert (warning.name, warning.grade) == ("known_when:undeclared", "warning")
    assert warning.words == "2 of 4 columns do not say when they are known: hour, seconds"
    assert undated(Case.of({"views": [1, 2]}, [0, 1], known={"views": "before"})) == []


def test_click_flags_of_the_day_of_the_order_cannot_be_dated_before_it() -> None:
    flags = {f"flag_{number}": [0, 1] for number in range(23)}
    [found] = undated(Case.of(flags, [0, 1], known=dict.fromkeys(flags, "unknown")))
    assert found.words.startswith("none of the 23 columns says when it is known (flag_0, flag_1, ")
    assert "no column can be dated before the order" in found.words


def test_a_category_is_ranked_by_how_often_it_buys_elsewhere() -> None:
    random = np.random.default_rng(2)
    y = random.random(2000) < 0.2
    segment = np.where(y, 1, np.where(random.random(2000) < 0.5, 0, 2)) * 1.0  # browser, customer, new
    browser_id = random.permutation(2000) // 2 * 1.0  # a thousand values tell nothing
    case = Case.of(
        {"segment": segment, "browser_id": browser_id}, y, categories=frozenset({"segment", "browser_id"})
    )
    [found] = too_good(case)
    assert found.name == "too_good:segment" and found.proof["roc_auc"] > 0.99
    assert too_good(Case(case.columns, y)) == []


def test_a_category_is_not_added_up() -> None:
    y = np.arange(200) % 4 == 0
    columns = {"kind": y * 2.0 + 1.0, "one": np.ones(200) + np.arange(200) % 2, "two": np.arange(200) % 3}
    assert rebuilt(Case.of(columns, y, categories=frozenset({"kind"}))) == []
