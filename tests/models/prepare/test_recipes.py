"""Recipes: figures worked by hand, null stays null, nothing infinite, and what a table lacks is left out or said."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from willbuy.errors import ShopError
from willbuy.models.arrays_file import pack, unpack
from willbuy.models.prepare import RECIPES, Column, Preparation, Prepared
from willbuy.models.prepare.recipes.online_shoppers import DURATIONS, MONTHS, PAGES
from willbuy.models.prepare.recipes.propensity_flags import DEVICES, ENGAGEMENT, INTENT
from willbuy.models.prepare.recipes.retailtech import SEGMENTS

SHOPPERS = (
    *(Column(name, "number") for name in (*PAGES, *DURATIONS, "BounceRates", "ExitRates")),
    Column("Month", "category", MONTHS),
    Column("Weekend", "flag"),
)
SESSIONS = tuple(Column(name, "number") for name in ("time_spent", "pages_viewed", "basket_value"))
FLAGS = tuple(Column(name, "flag") for name in (*INTENT, *ENGAGEMENT, *DEVICES))
TABLES = {"online_shoppers": SHOPPERS, "retailtech": SESSIONS, "propensity_flags": FLAGS}
by_recipe = pytest.mark.parametrize("recipe", TABLES)


def made(recipe, columns, rows, fitted=None):
    """The engineered columns of rows by name."""
    prepared = Preparation(columns, recipe=recipe).fit(rows if fitted is None else fitted)
    return dict(zip(prepared.names, prepared.transform(rows).T.tolist(), strict=True))


def test_every_recipe_is_tried_here():
    assert set(RECIPES) == {"none", *TABLES}


@by_recipe
def test_every_engineered_column_has_words_and_sources(recipe):
    columns = {column.name for column in TABLES[recipe]}
    names = [column.name for column in RECIPES[recipe].engineered]
    assert len(set(names)) == len(names) > 1
    for column in (*RECIPES[recipe].engineered, *RECIPES[recipe].labels):
        assert column.words
        assert set(column.sources) <= columns


def test_online_shoppers_by_hand():
    #                administrative, informational, product: pages, then seconds; bounce, exit, month, weekend
    row = [1.0, 0.0, 3.0, 30.0, 0.0, 90.0, 0.02, 0.06, float(MONTHS.index("Nov")), 1.0]
    found = made("online_shoppers", SHOPPERS, np.array([row]))
    expected = {
        "TotalPages": 4.0,
        "TotalDuration": 120.0,
        "DurationPerPage": 120 / 5,
        "ProductDurationPerPage": 30.0,
        "AdministrativeDurationPerPage": 30.0,
        "ProductShare": 0.75,
        "BounceAndExit": 0.04,
        "ExitPages": 0.24,
        "BouncePages": 0.08,
        "MonthNumber": 11.0,
        "Weekend": 1.0,
    }
    assert {name: found[name][0] for name in expected} == pytest.approx(expected)


def test_a_session_without_a_page_has_no_share():
    found = made("online_shoppers", SHOPPERS, np.zeros((1, len(SHOPPERS))))
    assert (found["DurationPerPage"], found["TotalPages"]) == ([0.0], [0.0])
    assert np.isnan([found["ProductShare"], found["ProductDurationPerPage"]]).all()


def test_retailtech_by_hand():
    fitted = np.array([[0.0, 1.0, 0.0], [10.0, 3.0, 40.0], [20.0, 5.0, 80.0]])
    found = made("retailtech", SESSIONS, np.array([[15.0, 3.0, 60.0], [40.0, 9.0, 0.0]]), fitted)
    assert found["engagement_score"] == [0.625, 2.0]  # outside the fitted range is allowed
    assert found["basket_intensity"] == [15.0, 0.0]


def test_segments_are_told_by_the_fitted_medians():
    fitted = np.array([[0.0, 1.0, 0.0], [10.0, 3.0, 40.0], [20.0, 5.0, 80.0]])
    rows = [[10, 3, 40], [10, 3, 39], [10, 2, 40], [9, 3, 0], [np.nan, 3, 40]]
    labels = Preparation(SESSIONS, recipe="retailtech").fit(fitted).labels(np.array(rows, dtype=float))
    assert labels == {
        "segment": ["high_engagement", "window_shopper", "focused_shopper", "casual_browser", "unknown"]
    }
    # where most baskets are empty the median is 0, and an empty basket is still no full one
    empty = Preparation(SESSIONS, recipe="retailtech").fit(fitted * [1, 1, 0])
    assert empty.labels(np.array([[10.0, 3.0, 0.0]])) == {"segment": ["window_shopper"]}


def test_imputed_sources_make_engineered_values():
    columns = (Column("time_spent", "number", missing="median"), *SESSIONS[1:])
    fitted = np.array([[10.0, 0.0, 0.0], [np.nan, 1.0, 0.0], [20.0, 2.0, 0.0]])
    found = made("retailtech", columns, np.array([[np.nan, 2.0, 0.0]]), fitted)
    assert found["engagement_score"] == [0.75]


def test_propensity_flags_by_hand():
    row = dict.fromkeys((column.name for column in FLAGS), 0.0)
    row |= {"saw_checkout": 1.0, "saw_delivery": 1.0, "device_mobile": 1.0, "sort_by": 1.0}
    found = made("propensity_flags", FLAGS, np.array([list(row.values())]))
    assert found["saw_checkout_x_saw_delivery"] == [1.0]
    assert found["saw_checkout_x_checked_delivery_detail"] == [0.0]
    assert found["device_mobile_x_saw_checkout"] == [1.0]
    assert found["sign_in_x_basket_add_detail"] == [0.0]
    assert found["engagement_score"] == [0.1]
    assert found["intent_score"] == [0.25]


@by_recipe
def test_a_null_source_makes_a_null(recipe):
    columns = TABLES[recipe]
    fitted = np.ones((3, len(columns)))
    prepared = Preparation(columns, recipe=recipe).fit(fitted)
    for place, column in enumerate(columns):
        rows = np.ones((1, len(columns)))
        rows[0, place] = np.nan
        found = prepared.transform(rows)[0]
        for output, sources in enumerate(prepared.source_of):
            assert np.isnan(found[output]) == (column.name in sources), prepared.names[output]


@by_recipe
def test_rows_of_nulls_alone_can_be_fitted(recipe):
    columns = TABLES[recipe]
    prepared = Preparation(columns, recipe=recipe, scale="min_max").fit(np.full((4, len(columns)), np.nan))
    assert not np.isinf(prepared.transform(np.ones((2, len(columns))))).any()
    assert all(len(texts) == 1 for texts in prepared.labels(np.ones((1, len(columns)))).values())


NUMBER = st.one_of(st.just(np.nan), st.floats(-3e38, 3e38), st.just(-1.0), st.just(0.0))


@by_recipe
@settings(deadline=None, max_examples=40)
@given(data=st.data(), scale=st.sampled_from(["none", "standard", "min_max"]))
def test_nothing_infinite_one_row_as_among_many_saved_as_made(recipe, data, scale):
    columns = TABLES[recipe]
    row = st.lists(NUMBER, min_size=len(columns), max_size=len(columns))
    fitted, rows = (np.array(data.draw(st.lists(row, min_size=1, max_size=5))) for _ in range(2))
    prepared = Preparation(columns, recipe=recipe, scale=scale, rare=1).fit(fitted)
    many = prepared.transform(rows)
    assert not np.isinf(many).any()
    assert np.nanmax(np.abs(many), initial=0) <= np.finfo(np.float32).max
    loaded = Prepared.from_arrays(unpack(pack(prepared.arrays()), "the test"))
    assert loaded.transform(rows).tobytes() == many.tobytes()
    assert loaded.labels(rows) == prepared.labels(rows)
    for place in range(len(rows)):
        alone = rows[place : place + 1]
        assert prepared.transform(alone).tobytes() == many[place : place + 1].tobytes()
        assert all(prepared.labels(alone)[name] == [t[place]] for name, t in prepared.labels(rows).items())


def test_what_a_table_lacks_is_left_out():
    some = tuple(column for column in SHOPPERS if column.name not in ("BounceRates", "Month"))
    prepared = Preparation(some, recipe="online_shoppers").fit(np.ones((2, len(some))))
    assert {"TotalPages", "ExitPages"} <= set(prepared.names)
    assert RECIPES["online_shoppers"].left_out(some) == ("BounceAndExit", "BouncePages", "MonthNumber")
    few = tuple(column for column in FLAGS if column.name in ("sort_by", "sign_in"))
    found = made("propensity_flags", few, np.array([[1.0, 0.0]]))
    assert {name: found[name] for name in ("intent_score", "engagement_score")} == {
        "intent_score": [1.0],
        "engagement_score": [0.0],
    }


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (
            (Column("a", "number"),),
            "the recipe 'retailtech' finds none of its columns; it is made of basket_value",
        ),
        (
            (*SESSIONS, Column("basket_intensity", "number")),
            "makes a column 'basket_intensity', which the table has",
        ),
    ],
)
def test_a_recipe_of_another_table_is_refused(columns, words):
    with pytest.raises(ShopError, match=words):
        Preparation(columns, recipe="retailtech")


def test_a_source_of_another_role_is_refused():
    columns = (Column("time_spent", "category", ("a",)), *SESSIONS[1:])
    with pytest.raises(ShopError, match="computes with 'time_spent'; declare it a number or a flag"):
        Preparation(columns, recipe="retailtech")
    month = (*SHOPPERS[:8], Column("Month", "number"))
    with pytest.raises(ShopError, match="reads the values of 'Month'; declare it a category"):
        Preparation(month, recipe="online_shoppers")


def test_segments_are_four():
    assert len(set(SEGMENTS)) == 4
