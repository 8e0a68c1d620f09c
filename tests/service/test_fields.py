"""Records as rows: right values and, of what does not fit, its name, what was expected and the nearest spelling."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.models.prepare import Column, RecordReader
from willbuy.service.fields import Fields, Record
from willbuy.service.wire.decoding import decode
from willbuy.service.wire.errors import Refusal
from willbuy.service.wire.quick import quick_reader

COLUMNS = (
    Column("visits", "number"),
    Column("seconds", "number"),
    Column("device", "category", ("phone", "desktop"), missing="none"),
    Column("member", "flag"),
)
FIELDS = Fields(
    COLUMNS,
    ("seconds", "device", "member"),
    ids=("session", "customer_id"),
    besides=("month",),
    aliases={"num_visits": "visits", "nothing": "not_there"},
)
GOOD: dict[str, Any] = {"visits": 3, "seconds": 1.5, "device": "desktop", "member": True}


def row(**changes: Any) -> list[float]:
    found = FIELDS.read({**GOOD, **changes}).row
    FIELDS.check_range(found)
    return found.tolist()


@pytest.mark.parametrize(
    ("changes", "place", "value"),
    [
        ({}, 0, 3.0),
        ({"seconds": None}, 1, np.nan),
        ({"seconds": -0.0}, 1, -0.0),
        ({"device": "none"}, 2, 2.0),
        ({"device": "never seen"}, 2, -1.0),
        ({"device": 7}, 2, -1.0),
        ({"device": 7.0}, 2, -1.0),
        ({"device": None}, 2, np.nan),
        ({"member": False}, 3, 0.0),
        ({"member": 1}, 3, 1.0),
        ({"month": "May"}, 0, 3.0),
        ({"customer_id": "x"}, 0, 3.0),
    ],
)
def test_values(changes: dict[str, Any], place: int, value: float) -> None:
    found = row(**changes)
    assert found[place] == value or (np.isnan(found[place]) and np.isnan(value))


def test_they_are_the_values_of_the_reader_of_files() -> None:
    reader = RecordReader(COLUMNS, typed=True)
    for device in ("phone", "other", None, 3):
        record = {**GOOD, "device": device}
        np.testing.assert_array_equal(FIELDS.read(dict(record)).row, reader.row(record)[0])


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"visits": "3"}, "wrong_type", "visits"),
        ({"visits": True}, "wrong_type", "visits"),
        ({"visits": None}, "wrong_type", "visits"),
        ({"visits": [3]}, "wrong_type", "visits"),
        ({"visits": 10**39}, "out_of_range", "visits"),
        ({"visits": 10**400}, "out_of_range", "visits"),
        ({"seconds": -1e39, "device": None}, "out_of_range", "seconds"),
        ({"device": 1.5}, "wrong_type", "device"),
        ({"device": True}, "wrong_type", "device"),
        ({"device": {}}, "wrong_type", "device"),
        ({"member": "yes"}, "wrong_type", "member"),
        ({"member": 2}, "wrong_type", "member"),
        ({"vists": 3}, "unknown_field", "vists"),
        ({"num_visits": 3}, "twice", "num_visits"),
        ({"nothing": 3}, "unknown_field", "nothing"),
        ({"session": None}, "wrong_type", "session"),
        ({"session": 1.5}, "wrong_type", "session"),
        ({"session": 1e300}, "wrong_type", "session"),
        ({"session": ""}, "wrong_type", "session"),
        ({"session": "a\nb"}, "wrong_type", "session"),
        ({"session": "a" * 201}, "wrong_type", "session"),
        ({"session": 2**63}, "wrong_type", "session"),
        ({"session": "a", "customer_id": "a"}, "twice", "customer_id"),
    ],
)
def test_what_does_not_fit_is_named(changes: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        row(**changes)
    assert refused.value.status == 422
    assert (refused.value.error["code"], refused.value.error["field"]) == (code, field)


def test_the_nearest_spelling_is_told() -> None:
    with pytest.raises(Refusal) as refused:
        row(vists=3)
    assert refused.value.error["nearest"] == "visits"
    assert "Did you mean 'visits'?" in refused.value.error["message"]


def test_what_is_missing_is_named() -> None:
    with pytest.raises(Refusal) as refused:
        FIELDS.read({"session": 1, "seconds": None, "member": False})
    assert refused.value.error["code"] == "missing_field"
    assert "missing: visits, device." in refused.value.error["message"]


def test_an_alias_is_the_field_that_it_means() -> None:
    record = {"num_visits": 4, **{name: value for name, value in GOOD.items() if name != "visits"}}
    assert FIELDS.read(record).row[0] == 4.0
    assert FIELDS.aliases == {"num_visits": "visits"}


@pytest.mark.parametrize("name", ["session", "customer_id"])
def test_the_id_stays_what_it_is(name: str) -> None:
    for found in (12345, "007", -3, "Zoë"):
        record = FIELDS.read({**GOOD, name: found})
        assert (record.id_name, record.id) == (name, found)
    assert FIELDS.read({name: 7, "features": dict(GOOD)})[:2] == (name, 7)
    assert FIELDS.read(dict(GOOD))[:2] == ("session", None)
    assert FIELDS.read({**GOOD, name: 7.0}).id == 7


@pytest.mark.parametrize("record", [None, 3, "a", [], [GOOD], True])
def test_what_is_no_object_is_no_record(record: Any) -> None:
    with pytest.raises(Refusal, match="not_an_object"):
        FIELDS.read(record)


def test_fields_beside_features_are_not_lost_silently() -> None:
    with pytest.raises(Refusal) as refused:
        FIELDS.read({"features": dict(GOOD), "visits": 3})
    assert refused.value.error["field"] == "visits"
    assert (
        refused.value.error["message"]
        == "the field 'visits' is not known beside 'features'. It belongs inside"
    )
    assert "nearest" not in refused.value.error


def test_a_long_name_is_cut() -> None:
    with pytest.raises(Refusal) as refused:
        row(**{"x\n" * 500_000: 1})
    assert len(refused.value.body()) < 500


NUMBERS = Fields(
    [Column("a", "number"), Column("b", "number")], {"b"}, ids=("who", "customer_id"), aliases={"c": "b"}
)
SENT = st.dictionaries(
    st.sampled_from(["who", "customer_id", "a", "b", "c", "features", "d", "a:"]),
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
)


@given(SENT, st.sampled_from(["", "a", "b", "who"]))
def test_what_is_read_in_one_step_is_what_is_read_in_many(sent: dict[str, Any], again: str) -> None:
    """The quick way and the slow one: the same row and id, or the same refusal; a key that stands twice as well."""
    body = json.dumps(sent).encode()
    if again in sent:
        body = body[:-1] + b', "' + again.encode() + b'": 1}'

    def told(read: Callable[[], Record]) -> object:
        try:
            record = read()
            NUMBERS.check_range(record.row)
        except Refusal as refusal:
            return refusal.error
        return record.id_name, record.id, record.row.tobytes()

    assert told(lambda: NUMBERS.read_body(body)) == told(lambda: NUMBERS.read(decode(body)))


def test_a_plain_record_is_read_in_one_step() -> None:
    quick = quick_reader(("who",), NUMBERS.names, NUMBERS.nullable)
    assert quick(b'{"who": 7, "a": 1, "b": null}') is not None
    for left in (b'{"a": 1, "b": 1, "a": 1}', b'{"a": true, "b": 1}', b'{"a": "1", "b": 1}', b'{"a": null, "b": 1}', b'{"a": 1}',
                 b'{"a": 1, "b": 1, "who": "x:y"}', b'{"a": 1, "b": 1, "who": "\\u0041"}', b'{"a": 1e999, "b": 1}', b"[]"):  # fmt: skip
        assert quick(left) is None, left
