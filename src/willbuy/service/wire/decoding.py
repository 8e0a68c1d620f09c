"""Bytes into JSON, strictly: what two readers could read in two ways, or what could hurt us, is refused before it is used.

Refused are all but UTF-8 without a byte order mark, NaN and infinities, numbers that no double holds, a key that stands
twice, more than 32 levels, more than 10,000 keys, NUL and lone surrogates in texts. Levels and keys are counted in the
bytes, before a parser sees them.
"""

import json
import re
from typing import Any

import msgspec

from willbuy.service.wire.errors import Refusal

MOST_LEVELS, MOST_KEYS = 32, 10_000
TEXT = rb'"(?:[^"\\]++|\\.)*+"'


def nested(levels: int) -> bytes:
    """A pattern of bytes: an array or an object with at most so many levels of brackets, and texts that may hold any."""
    pattern = rb'[{\[](?:[^{}\[\]"]++|' + TEXT + rb")*+[}\]]"
    for _ in range(levels - 1):
        pattern = rb'[{\[](?:[^{}\[\]"]++|' + TEXT + rb"|" + pattern + rb")*+[}\]]"
    return pattern


_FLAT_ENOUGH = re.compile(rb"\s*+" + nested(MOST_LEVELS) + rb"\s*+", re.DOTALL)
_decode = msgspec.json.Decoder().decode


def bad_json(why: str) -> Refusal:
    """400: the body is no JSON that we read."""
    return Refusal(400, "bad_json", f"the body {why}")


def decode(body: bytes) -> Any:
    """The JSON of a body. Raises Refusal 400 that says what is wrong with it, without any of it.

    >>> decode(b'{"visits": 3}')
    {'visits': 3}
    >>> decode(b'{"visits": 3, "visits": 4}')
    Traceback (most recent call last):
    willbuy.service.wire.errors.Refusal: bad_json
    """
    keys = body.count(b":")  # at least as many as there are keys: a text may hold one too
    if keys > MOST_KEYS:
        raise bad_json(f"has more than {MOST_KEYS:,} keys")
    if body.find(b"{", 1) > 0 or b"[" in body:
        _check_levels(body)
    try:
        found = _decode(body)
    except UnicodeDecodeError:
        raise bad_json("is not UTF-8") from None
    except (msgspec.ValidationError, OverflowError):
        raise bad_json("holds a number that is out of range") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise bad_json(f"is no JSON{_where(error)}") from None
    if keys and (type(found) is not dict or len(found) != keys) and _keys_of(found) != keys:
        _check_twice(body)
    if b"\\" in body and b"\\u0000" in body and _holds_nul(found):
        raise bad_json("holds a NUL character")
    return found


def _check_levels(body: bytes) -> None:
    if body.count(b"[") + body.count(b"{") > MOST_LEVELS and not _FLAT_ENOUGH.fullmatch(body):
        raise bad_json(f"has more than {MOST_LEVELS} levels, or brackets that do not match")


def _keys_of(value: Any) -> int:
    """How many keys it has, those of what it holds as well."""
    if isinstance(value, dict):
        return len(value) + sum(_keys_of(inner) for inner in value.values() if isinstance(inner, dict | list))
    return sum(map(_keys_of, value)) if isinstance(value, list) else 0


def _check_twice(body: bytes) -> None:
    """Some texts hold a colon, or a key stands twice: the slow reader knows which."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise bad_json("holds an object in which a key stands twice")
        return found

    json.loads(body, object_pairs_hook=unique)


def _holds_nul(value: Any) -> bool:
    """Whether a text anywhere in it, a key as well, holds a NUL."""
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any("\x00" in key or _holds_nul(inner) for key, inner in value.items())
    return isinstance(value, list) and any(map(_holds_nul, value))


def _where(error: Exception) -> str:
    """The place of the fault, where the parser says it."""
    place = re.search(r"\(byte \d+\)", str(error))
    return f" {place[0]}" if place else ""
