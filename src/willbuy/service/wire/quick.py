"""A record of numbers alone, read in one step: parsed into a type of the model's very fields, checked by the parser.

What it reads is what the slow way reads, bit for bit; whatever it does not understand at once (a fault, another name, an
escape, a colon in the id) it leaves to the slow way, which then says what is wrong.
"""

import struct
from collections.abc import Callable, Collection, Sequence
from math import nan
from typing import Annotated, Any

import msgspec
import numpy as np

from willbuy.models.rows import LARGEST, Floats

Quick = Callable[[bytes], tuple[str, str | int | None, Floats] | None]
_GIVEN_UP = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError)
_ID = str | int | msgspec.UnsetType
_NUMBER = Annotated[float, msgspec.Meta(ge=-LARGEST, le=LARGEST)]


def quick_reader(ids: Sequence[str], names: Sequence[str], nullable: Collection[str]) -> Quick:
    """What reads a flat record with its id under one of `ids`, or without: the id's name, the id as it was sent, and the
    row (n_features,), which cannot be written to and holds nothing out of range.

    >>> quick = quick_reader(["who", "customer_id"], ["a", "b"], {"b"})
    >>> quick(b'{"customer_id": "ann", "b": null, "a": 2}')
    ('customer_id', 'ann', array([ 2., nan]))
    >>> quick(b'{"a": null, "b": 1}') is None, quick(b'{"a": 1, "b": 1, "b": 2}') is None
    (True, True)
    """
    fields: list[tuple[str, Any, Any]] = [(f"id_{place}", _ID, msgspec.UNSET) for place in range(len(ids))]
    fields += [
        (f"field_{place}", _NUMBER | None if name in nullable else _NUMBER, msgspec.NODEFAULT)
        for place, name in enumerate(names)
    ]
    own = dict(zip((name for name, _, _ in fields), (*ids, *names), strict=True))
    record = msgspec.defstruct(
        "Record", fields, rename=own, forbid_unknown_fields=True, gc=False, kw_only=True
    )
    decode = msgspec.json.Decoder(record).decode
    values_of, first, count, places = msgspec.structs.astuple, len(ids), len(names), range(len(ids))
    pack = struct.Struct(f"{count}d").pack

    def quick(body: bytes) -> tuple[str, str | int | None, Floats] | None:
        if b"\\" in body:
            return None
        try:
            found = values_of(decode(body))
        except _GIVEN_UP:
            return None
        given = [place for place in places if found[place] is not msgspec.UNSET]
        if len(given) > 1 or body.count(b":") != count + len(given):
            return None  # a key stands twice, or a text holds a colon
        place = given[0] if given else 0
        values: Sequence[Any] = found[first:]
        if b"null" in body:
            values = [nan if value is None else value for value in values]
        return ids[place], found[place] if given else None, np.frombuffer(pack(*values))

    return quick
