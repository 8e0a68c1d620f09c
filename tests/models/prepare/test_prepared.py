"""Preparations: what is learnt, what is done with it, one row as among many, save and load, inputs left alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.prepare.tables import COLUMNS, NAMES, make_table
from willbuy.errors import BundleError, NotEnoughData, ShopError
from willbuy.models.arrays_file import pack, unpack
from willbuy.models.prepare import Column, Preparation, Prepared

NUMBER = st.one_of(st.just(np.nan), st.floats(-1e38, 1e38, width=64), st.integers(0, 30).map(float))
CODE = st.sampled_from([np.nan, -1.0, 0.0, 1.0, 2.0, 3.0])
FLAG = st.sampled_from([np.nan, 0.0, 1.0])
ROW = st.tuples(NUMBER, NUMBER, FLAG, CODE, CODE, NUMBER)
ROWS = st.lists(ROW, min_size=1, max_size=12).map(lambda rows: np.array(rows, dtype=np.float64))
DECLARED = st.builds(
    Preparation,
    st.just(COLUMNS),
    scale=st.sampled_from(["none", "standard", "min_max"]),
    rare=st.integers(1, 4),
)


def same(one, other):
    """The same bits, NaN included."""
    return one.shape == other.shape and one.tobytes() == other.tobytes()


@settings(deadline=None)
@given(declared=DECLARED, fitted=ROWS, rows=ROWS)
def test_one_row_is_prepared_as_among_many_and_inputs_stay(declared, fitted, rows):
    before = (fitted.copy(), rows.copy())
    prepared = declared.fit(fitted)
    many = prepared.transform(rows)
    assert all(same(prepared.transform(rows[i : i + 1]), many[i : i + 1]) for i in range(len(rows)))
    assert not np.isinf(many).any()
    assert same(fitted, before[0])
    assert same(rows, before[1])
    assert many.shape[1] == len(prepared.names) == len(set(prepared.names)) == len(prepared.source_of)


@settings(deadline=None)
@given(declared=DECLARED, fitted=ROWS, rows=ROWS)
def test_saved_and_loaded_it_does_the_same(declared, fitted, rows):
    prepared = declared.fit(fitted)
    loaded = Prepared.from_arrays(unpack(pack(prepared.arrays()), "the test"))
    assert same(loaded.transform(rows), prepared.transform(rows))
    assert loaded.declared == declared
    assert (loaded.names, loaded.unseen(rows)) == (prepared.names, prepared.unseen(rows))
    assert pack(loaded.arrays()) == pack(prepared.arrays())


@pytest.mark.parametrize(
    ("missing", "expected"),
    [("keep", np.nan), ("median", 3.0), ("mean", 4.0), ("zero", 0.0), ("most_frequent", 1.0), (-5, -5.0)],
)
def test_nulls_by_rule(missing, expected):
    fitted = np.array([[1.0], [1.0], [5.0], [9.0], [np.nan]])
    prepared = Preparation((Column("a", "number", missing=missing),)).fit(fitted)
    found = prepared.transform(np.array([[np.nan], [2.0]]))
    np.testing.assert_array_equal(found, [[expected], [2.0]])


def test_a_column_of_nulls_has_nothing_to_fill_with():
    for rule in ("median", "mean", "most_frequent"):
        prepared = Preparation((Column("a", "number", missing=rule),)).fit(np.full((3, 1), np.nan))
        assert np.isnan(prepared.transform(np.array([[np.nan]]))).all()
    assert np.isnan(prepared.typical).all()


def test_one_hot_of_the_values_that_the_rows_hold():
    column = Column("c", "category", ("a", "b", "c", "d", "e"))
    fitted = np.array([[0.0]] * 5 + [[1.0]] * 3 + [[2.0]] + [[3.0]] + [[np.nan]])
    prepared = Preparation((column,), rare=3).fit(fitted)
    assert prepared.names == ("c=a", "c=b", "c: rare")
    rows = np.array([[0.0], [1.0], [2.0], [3.0], [4.0], [-1.0], [np.nan]])
    expected = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1], [0, 0, 0], [0, 0, 0], [np.nan] * 3]
    np.testing.assert_array_equal(prepared.transform(rows), expected)
    assert prepared.unseen(rows) == {"c": 2}  # e, and the one without a place; null is not unseen


def test_of_a_category_that_was_never_known_every_value_is_unseen():
    category = Column("c", "category", ("a",))
    prepared = Preparation((category, Column("n", "number"))).fit(np.array([[np.nan, 1.0], [-1.0, 2.0]]))
    assert prepared.names == ("n",)
    assert prepared.unseen(np.array([[0.0, 1.0], [-1.0, 1.0], [np.nan, 1.0]])) == {"c": 2}
    with pytest.raises(NotEnoughData, match="no row holds a value of c; a model needs one column"):
        Preparation((category,)).fit(np.array([[np.nan], [-1.0]]))


def test_what_stands_for_null_is_a_value_of_its_own():
    column = Column("c", "category", ("a",), missing="Unknown")
    fitted = np.array([[0.0], [np.nan]])
    prepared = Preparation((column,), rare=1).fit(fitted)
    assert prepared.names == ("c=a", "c=Unknown")
    assert prepared.transform(fitted).tolist() == [[1, 0], [0, 1]]
    # in rows without a null there was nothing to learn of it: it is as unseen as any other
    without = Preparation((column,), rare=1).fit(fitted[:1])
    assert (without.transform(fitted).tolist(), without.unseen(fitted)) == ([[1], [0]], {"c": 1})


def test_scales_are_those_of_the_fitted_rows():
    columns = (Column("a", "number"), Column("f", "flag"), Column("same", "number"))
    fitted = np.array([[0.0, 1.0, 7.0], [4.0, 0.0, 7.0], [np.nan, 1.0, 7.0]])
    rows = np.array([[8.0, 1.0, 9.0], [np.nan, 0.0, 7.0]])
    standard = Preparation(columns, scale="standard").fit(fitted).transform(rows)
    np.testing.assert_array_equal(standard, [[3.0, 1.0, 2.0], [np.nan, 0.0, 0.0]])
    min_max = Preparation(columns, scale="min_max").fit(fitted).transform(rows)
    np.testing.assert_array_equal(min_max, [[2.0, 1.0, 2.0], [np.nan, 0.0, 0.0]])


def test_every_output_is_credited_to_its_column():
    X, _ = make_table(500, 1)
    prepared = Preparation(COLUMNS, rare=20).fit(X)
    credited = dict(zip(prepared.names, prepared.source_of, strict=True))
    assert credited["pages"] == ("pages",)
    assert credited["device: rare" if "device: rare" in credited else "device=Tablet"] == ("device",)
    assert {column for columns in prepared.source_of for column in columns} == set(NAMES)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"scale": "minmax"},
            "scale = 'minmax'; expected one of none, standard, min_max. Did you mean 'min_max'",
        ),
        ({"recipe": "online_shopers"}, "no recipe 'online_shopers'"),
        ({"columns": ()}, "without a column"),
        ({"columns": COLUMNS[:1] * 2}, "two columns are named 'pages'"),
    ],
)
def test_a_declaration_that_means_nothing_is_refused(fields, words):
    with pytest.raises(ShopError, match=words):
        Preparation(**{"columns": COLUMNS, **fields})


def test_arrays_that_do_not_fit_are_refused():
    arrays = Preparation(COLUMNS, rare=5).fit(make_table(300, 2)[0]).arrays()
    for changed in (
        {name: array for name, array in arrays.items() if name != "fill"},
        {**arrays, "fill": arrays["fill"][:-1]},
        {**arrays, "hot_code": arrays["hot_code"] + 50},
        {**arrays, "hot_column": arrays["hot_column"] - 9},
        {**arrays, "hot_output": arrays["hot_output"] + 1},
        {**arrays, "by": arrays["by"] * 0},
        {**arrays, "learnt_sizes": np.array([3])},
    ):
        with pytest.raises(BundleError):
            Prepared.from_arrays(changed)


def test_wide_and_long_tables_need_no_loop_over_rows(monkeypatch):
    """2,000 columns: what is called is called once a column or once a table, never once a row."""
    calls = {"median": 0}
    plain = np.median

    def counted(values):
        calls["median"] += 1
        return plain(values)

    monkeypatch.setattr("willbuy.models.prepare.fill.np.median", counted)
    X = np.random.default_rng(1).random((300, 2000))
    columns = tuple(Column(f"c{number}", "number", missing="median") for number in range(2000))
    prepared = Preparation(columns, scale="standard").fit(X)
    assert prepared.transform(X).shape == (300, 2000)
    assert calls["median"] == 2 * 2000
