"""Columns: every spelling becomes a number, and what a column cannot hold is named."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.errors import InputError, ShopError
from willbuy.models.prepare import Column


@pytest.mark.parametrize("text", ["TRUE", "true", "T", "Yes", "y", "1", "1.0", " on "])
def test_true_in_any_spelling(text):
    assert Column("c", "flag").code([text]).tolist() == [1.0]


@pytest.mark.parametrize("text", ["FALSE", "false", "F", "No", "n", "0", "0.0", "off"])
def test_false_in_any_spelling(text):
    assert Column("c", "flag").code([text]).tolist() == [0.0]


@pytest.mark.parametrize("role", ["number", "flag"])
@pytest.mark.parametrize("text", [None, "", "NaN", "null", "None", "NA", "n/a", " "])
def test_nothing_is_null_never_zero(role, text):
    assert math.isnan(Column("c", role).code([text])[0])


def test_a_category_keeps_its_texts_as_they_are():
    column = Column("c", "category", ("007", "7", "None", "nan"))
    assert column.code(["7", "007", "nan", "None", "7.0", "", None]).tolist()[:5] == [1, 0, 3, 2, -1]
    assert np.isnan(column.code(["", None])).all()


@pytest.mark.parametrize(
    ("role", "text", "words"),
    [
        ("number", "12,5", "'12,5'; expected a number, or nothing"),
        ("number", "1_000", "'1_000'"),
        ("number", "inf", "'inf'"),
        ("number", "1e400", "'1e400'"),
        ("number", "-1e39", "'-1e39'"),
        ("flag", "perhaps", "'perhaps'; expected a spelling of true or false, or nothing"),
        ("flag", "2", "'2'"),
    ],
)
def test_what_a_column_cannot_hold_is_named(role, text, words):
    column = Column("Page\nValues", role)
    with pytest.raises(InputError, match=r"Page\\nValues holds ") as raised:
        column.code(["1", text, "0"])
    assert words in str(raised.value)
    codes, bad = column.try_code(["1", text, "0"])
    assert bad.tolist() == [False, True, False]
    assert np.isnan(codes[1])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"role": "numbr"}, r"role = \"numbr\"; expected number, flag, category\. Did you mean 'number'"),
        ({"role": "number", "known": "befor"}, "Did you mean 'before'"),
        ({"role": "number", "values": ("a",)}, "values only for a category"),
        ({"role": "category", "values": ("a", "a")}, "each once"),
        ({"role": "category", "missing": "median"}, "needs numbers, and this is a category"),
        ({"role": "number", "missing": "Unknown"}, "missing = 'Unknown'; expected keep, median"),
        ({"role": "number", "missing": "nan"}, "missing = 'nan'"),
        ({"role": "flag", "missing": 3}, "missing = 3; expected"),
    ],
)
def test_a_declaration_that_means_nothing_is_refused(fields, words):
    with pytest.raises(ShopError, match=words):
        Column("c", **fields)


def test_what_stands_for_null_joins_a_category_once():
    joined = Column("c", "category", ("New", "Returning"), missing="Unknown")
    assert (joined.every_value, joined.constant) == (("New", "Returning", "Unknown"), 2.0)
    there = Column("c", "category", ("New", "Returning"), missing="New")
    assert (there.every_value, there.constant) == (("New", "Returning"), 0.0)
    assert Column("c", "number", missing=0).constant == 0.0
    assert Column("c", "flag", missing=True).constant == 1.0


@given(
    name=st.text(),
    role=st.sampled_from(["number", "flag", "category"]),
    values=st.lists(st.text(), unique=True, max_size=4),
    known=st.sampled_from(["before", "after", "unknown"]),
)
def test_a_column_survives_json(name, role, values, known):
    column = Column(name, role, tuple(values) if role == "category" else (), known=known)
    assert Column.from_dict(json.loads(json.dumps(column.to_dict()))) == column


@given(st.lists(st.text(min_size=1), unique=True, min_size=1))
def test_every_value_of_a_category_has_its_place(values):
    assert Column("c", "category", tuple(values)).code(values).tolist() == list(range(len(values)))
