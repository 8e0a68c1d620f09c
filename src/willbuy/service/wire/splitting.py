"""Many records in one body, taken apart before any is parsed, so that a bad one spoils no other and none holds the loop up.

Where one record ends is found by a pattern that knows brackets and texts and cannot backtrack; what a record says is
read later, each by itself.
"""

import re
from collections.abc import Iterator

from willbuy.service.wire.decoding import MOST_LEVELS, TEXT, bad_json, nested
from willbuy.service.wire.errors import Refusal

_SPACE = rb"[ \t\r\n]*+"
_ITEM = re.compile(
    _SPACE + rb"(" + nested(MOST_LEVELS - 2) + rb"|" + TEXT + rb'|[^{}\[\]",\s]++)' + _SPACE + rb"([,\]])",
    re.DOTALL,
)
_EMPTY = re.compile(_SPACE + rb"\]")
_END = re.compile(_SPACE)


def start_of_list(body: bytes, name: str, bare: bool = False) -> int | None:
    """Where the first record stands in `{"name": [...]}`, or, if `bare`, in `[...]` too; None if it is neither.

    >>> start_of_list(b'{"customers": [{}]}', "customers")
    15
    """
    key = _SPACE + rb"\{" + _SPACE + rb'"' + name.encode() + rb'"' + _SPACE + rb":" + _SPACE + rb"\["
    found = re.match(key, body) or (re.match(_SPACE + rb"\[", body) if bare else None)
    return found.end() if found else None


def split(body: bytes, start: int, most: int, longest: int, closes: bytes) -> Iterator[bytes]:
    """The bytes of each record from `start` on, up to the list's end, after which only `closes` may stand.

    Raises Refusal: more than `most` records, one of more than `longest` bytes, brackets that do not match, or something
    after the list. What was given out before was taken apart rightly.

    >>> list(split(b'[{"a": "]"}, 2]', 1, 10, 100, b""))
    [b'{"a": "]"}', b'2']
    """
    if empty := _EMPTY.match(body, start):
        _check_end(body, empty.end(), closes)
        return
    place, ends, count = start, b",", 0
    while ends == b",":
        found = _ITEM.match(body, place, place + longest)
        if found is None:
            raise _fault(body, place, longest)
        count += 1
        if count > most:
            raise Refusal(
                413, "too_many", f"the list holds more than {most:,} records: send them in several requests"
            )
        record, ends = found.groups()
        place = found.end()
        yield record
    _check_end(body, place, closes)


def _fault(body: bytes, place: int, longest: int) -> Refusal:
    if len(body) - place > longest:
        return Refusal(
            413, "too_long", f"a record is longer than {longest:,} bytes, or its brackets do not match"
        )
    return bad_json(f"is no JSON (byte {place}), or has more than {MOST_LEVELS} levels")


def _check_end(body: bytes, place: int, closes: bytes) -> None:
    end = _END.match(body, place)
    at = end.end() if end else place
    if body[at:].strip(b" \t\r\n") != closes:
        raise bad_json(f"holds something besides the list (byte {at})")
