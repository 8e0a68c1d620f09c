"""Lists of records, taken apart: every record whole, whatever stands in its texts, and bad lists refused at once (A2)."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.wire.test_decoding import VALUES
from willbuy.service.wire.errors import Refusal
from willbuy.service.wire.splitting import split, start_of_list

LONGEST = 1 << 18


def parts(body: bytes, bare: bool = False, most: int = 10_000) -> list[bytes]:
    start = start_of_list(body, "customers", bare)
    assert start is not None
    return list(split(body, start, most, LONGEST, b"" if bare and body.lstrip()[:1] == b"[" else b"}"))


@given(st.lists(VALUES, max_size=6), st.sampled_from([None, 1]))
def test_every_record_comes_out_as_it_went_in(records: list[object], indent: int | None) -> None:
    body = json.dumps({"customers": records}, indent=indent).encode()
    assert [json.loads(part) for part in parts(body)] == records
    bare = json.dumps(records, indent=indent).encode()
    assert [json.loads(part) for part in parts(bare, bare=True)] == records


def test_a_bad_record_spoils_no_other() -> None:
    found = parts(b'{"customers": [{"a": "\\ud800"}, NaN, {"a": "\xff"}, {"b": 2} ]} ')
    assert found == [b'{"a": "\\ud800"}', b"NaN", b'{"a": "\xff"}', b'{"b": 2}']


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"customer": []}', b'{"customers": {}}', b'{"x": 1, "customers": []}', b"3"]
)
def test_another_shape_is_no_list(body: bytes) -> None:
    assert start_of_list(body, "customers") is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"customers": [1], "customers": [2]}', 400),
        (b'{"customers": [1]', 400),
        (b'{"customers": [1,]}', 400),
        (b'{"customers": [,1]}', 400),
        (b'{"customers": [1 2]}', 400),
        (b'{"customers": [{"a": 1]}', 400),
        (b'{"customers": [' + b"[" * 40 + b"]" * 40 + b"]}", 400),
        (b'{"customers": [' + b"1," * 5_000_000 + b"1]}", 413),
        (b'{"customers": [' + b"{}," * 3_000_000 + b"1]}", 413),
        (b'{"customers": [{' + b'"k":1,' * 1_600_000 + b'"k":1}]}', 413),
        (b'{"customers": [' + b"{" * 10_000_000, 413),
        (b'{"customers": ["' + b"\\" * 10_000_000, 413),
    ],
    ids=range(12),
)
def test_a_bad_list_is_refused_before_it_costs_anything(body: bytes, status: int) -> None:
    """A2: ten megabytes that could hold everybody up are refused in the time of a few records."""
    begun = time.process_time()
    with pytest.raises(Refusal) as refused:
        parts(body)
    assert refused.value.status == status
    assert time.process_time() - begun < 0.1
