"""Records: each field lands in its column, and whatever does not fit is named."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.prepare.tables import COLUMNS, NAMES
from willbuy.errors import InputError
from willbuy.models.prepare import Column, RecordReader

RECORD = {"pages": 3, "seconds": 12.5, "member": True, "device": "Mobile", "month": "Nov", "constant": 7}
TEXTS = {
    "pages": "3",
    "seconds": "12.5",
    "member": "yes",
    "device": "Mobile",
    "month": "Nov",
    "constant": "7.0",
}
TYPED, READER = RecordReader(COLUMNS, typed=True), RecordReader(COLUMNS)


def test_values_and_texts_of_a_record_are_the_same_row():
    expected = [[3.0, 12.5, 1.0, 1.0, 2.0, 7.0]]
    assert TYPED.row(RECORD).tolist() == READER.row(TEXTS).tolist() == expected
    assert READER.row(dict(reversed(TEXTS.items()))).tolist() == expected


def test_null_is_null_and_an_unseen_value_is_scored():
    row = TYPED.row({**dict.fromkeys(NAMES), "month": "Smarch"})[0]
    assert np.isnan(row).tolist() == [True, True, True, True, False, True]
    assert row[NAMES.index("month")] == -1.0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pagse": 1}, "the field 'pagse' is not known. Did you mean 'pages'?"),
        ({"pages": "3"}, "the field 'pages' holds a text; expected a number, or null"),
        ({"pages": True}, "the field 'pages' holds true or false; expected a number"),
        ({"pages": math.inf}, "the field 'pages' holds a number out of range"),
        ({"pages": math.nan}, "out of range"),
        ({"pages": 10**400}, "out of range"),
        ({"pages": [1]}, "the field 'pages' holds a list"),
        ({"member": "yes"}, "the field 'member' holds a text; expected true or false"),
        ({"member": 2}, "the field 'member' holds a number; expected true or false"),
        ({"device": 1.5}, "the field 'device' holds a number; expected a text or a whole number"),
        ({"device": False}, "the field 'device' holds true or false"),
        ({"device": {}}, "the field 'device' holds an object"),
    ],
)
def test_what_does_not_fit_is_named(changes, words):
    with pytest.raises(InputError) as raised:
        TYPED.row({**RECORD, **changes})
    assert words in str(raised.value)


def test_missing_fields_are_named():
    with pytest.raises(InputError, match=r"^missing: pages, month\. Give each a value, or null"):
        TYPED.row({name: value for name, value in RECORD.items() if name not in ("pages", "month")})


def test_texts_are_read_as_a_files_are():
    with pytest.raises(InputError, match="pages holds 'three'; expected a number, or nothing"):
        READER.row({**TEXTS, "pages": "three"})
    assert np.isnan(READER.row({**TEXTS, "pages": "NaN"})[0, 0])


def test_an_error_says_which_record():
    with pytest.raises(InputError, match=r"^record 2: the field 'member' holds a text"):
        TYPED.rows([RECORD, {**RECORD, "member": "x"}])
    assert TYPED.rows([RECORD] * 3).shape == (3, len(COLUMNS))
    assert TYPED.rows([]).shape == (0, len(COLUMNS))


def test_fields_besides_are_not_read():
    reader = RecordReader(COLUMNS, typed=True, besides=("UserID",))
    assert reader.row({**RECORD, "UserID": "007"}).tolist() == TYPED.row(RECORD).tolist()


def test_a_code_may_come_as_a_number():
    reader = RecordReader((Column("Browser", "category", ("1", "2", "007")),), typed=True)
    assert [reader.row({"Browser": value})[0, 0] for value in (2, "2", "007", 7)] == [1.0, 1.0, 2.0, -1.0]


def test_the_manifest_of_a_bundle_is_enough():
    manifest = json.loads(json.dumps({"columns": [column.to_dict() for column in COLUMNS]}))
    reader = RecordReader.of_manifest(manifest, typed=True)
    assert reader.row(RECORD).tolist() == TYPED.row(RECORD).tolist()
    with pytest.raises(InputError, match="features of a log"):
        RecordReader.of_manifest({})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from((*NAMES, "Pages", "")), JSON) | st.just(RECORD))
@pytest.mark.parametrize("reader", [TYPED, READER], ids=["json", "texts"])
def test_any_record_is_a_row_or_one_line(reader, record):
    try:
        row = reader.row(record)
    except InputError as error:
        assert "\n" not in str(error)
        assert len(str(error)) < 500
    else:
        assert row.shape == (1, len(COLUMNS))
        assert not np.isinf(row).any()


@given(
    st.lists(st.tuples(st.none() | st.floats(-1e38, 1e38), st.none() | st.booleans(), st.none() | st.text()))
)
def test_a_record_reads_as_its_columns_do(rows):
    columns = (Column("n", "number"), Column("f", "flag"), Column("c", "category", ("a", "None", "x y")))
    reader = RecordReader(columns)
    texts = [[None if v is None else repr(v) if isinstance(v, float) else str(v) for v in r] for r in rows]
    found = reader.rows(dict(zip("nfc", row, strict=True)) for row in texts)
    for place, column in enumerate(columns):
        expected = column.code([row[place] for row in texts])
        assert found[:, place].tobytes() == expected.tobytes()
