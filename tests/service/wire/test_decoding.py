"""A3, A4: the bytes that are refused, each with what is wrong and nothing of what was sent; and those that are read."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.service.wire.decoding import MOST_LEVELS, decode
from willbuy.service.wire.errors import Refusal

SECRET = "kx81-secret"
BAD = {
    "empty": b"",
    "blank": b"  \n",
    "nan": b'{"a": NaN}',
    "infinity": b'{"a": -Infinity}',
    "too large for a double": b'{"a": 1e400}',
    "5,000 digits": b'{"a": ' + b"7" * 5000 + b"}",
    "lone surrogate": b'{"kx81-secret": "\\ud800"}',
    "lone low surrogate": b'{"kx81-secret": "\\udc00x"}',
    "nul": b'{"a": "kx81-secret\\u0000"}',
    "nul in a key": b'{"a\\u0000": 1}',
    "nul in a list": b'{"a": [["\\u0000"]]}',
    "raw nul": b'{"a": "\x00"}',
    "key twice": b'{"kx81-secret": 1, "kx81-secret": 2}',
    "key twice inside": b'{"features": {"a": 1, "a": 2}}',
    "key twice beside colons": b'{"a": "::", "b": 1, "b": 2}',
    "byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "utf-16": '{"a": 1}'.encode("utf-16"),
    "utf-32": '{"a": 1}'.encode("utf-32-le"),
    "no utf-8": b'{"a": "\xff"}',
    "a surrogate in utf-8": b'{"a": "\xed\xa0\x80"}',
    "cut": b'{"a": "kx81-secret',
    "two values": b'{"a": 1} {"kx81-secret": 2}',
    "comma at the end": b'{"a": 1,}',
    "single quotes": b"{'kx81-secret': 1}",
    "leading zero": b'{"a": 01}',
    "comment": b'{"a": 1} // kx81-secret',
    "10,001 keys": json.dumps({f"k{n}": n for n in range(10_001)}).encode(),
    **{f"{n} lists": b"[" * n + b"]" * n for n in (33, 1_000, 100_000)},
    **{f"{n} objects": b'{"a":' * n + b"1" + b"}" * n for n in (33, 1_000, 100_000)},
    "1,000 open lists": b"[" * 1_000,
    "a megabyte of brackets": b"[" * (1 << 20),
    "brackets of two kinds": b"[}" * 40,
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_a_bad_body_is_refused_at_once_and_never_repeated(body: bytes) -> None:
    decode(b'{"warm": [[1]]}')
    begun = time.process_time()
    with pytest.raises(Refusal) as refused:
        decode(body)
    assert time.process_time() - begun < 0.05  # A3; the longest takes some milliseconds
    assert refused.value.status == 400
    said = refused.value.body()
    assert len(said) <= 2048
    assert SECRET.encode() not in said


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": 1, "b": [1.5, null, true]}', {"a": 1, "b": [1.5, None, True]}),
        (b'{"a": "::{[\\"", "b": "\\\\u0000"}', {"a": '::{["', "b": "\\u0000"}),
        (b"[" * MOST_LEVELS + b"]" * MOST_LEVELS, None),
        (b'["' + b"[" * 100 + b'"]', ["[" * 100]),
        ('{"é": "\\ud83d\\ude00"}'.encode(), {"é": "😀"}),
        (b"3", 3),
    ],
)
def test_what_is_json_is_read(body: bytes, value: object) -> None:
    found = decode(body)
    assert found == (json.loads(body) if value is None else value)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 70), 1 << 70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(VALUES, st.booleans())
def test_it_reads_what_the_standard_library_reads(value: object, plain: bool) -> None:
    assert decode(json.dumps(value, ensure_ascii=plain).encode()) == value


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        found = decode(body)
    except Refusal as refusal:
        assert refusal.status == 400
    else:
        assert found == json.loads(body)
