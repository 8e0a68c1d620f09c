"""What a body may be: JSON in UTF-8, as it is. Refused by its name, before any of it is read."""

from collections.abc import Mapping

from willbuy.service.wire.turned_away import TurnedAway

_USUAL = frozenset(
    (b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8")
)


def check_media_type(headers: Mapping[bytes, bytes]) -> None:
    """Raise a TurnedAway (415) unless a body with these headers is JSON in UTF-8, and not compressed.

    >>> check_media_type({b"content-type": b'Application/JSON; charset="UTF-8"'})
    >>> check_media_type({b"content-type": b"application/json; charset=utf-16"})
    Traceback (most recent call last):
    ...
    willbuy.service.wire.turned_away.TurnedAway: the body must be UTF-8: content-type: application/json
    """
    found = headers.get(b"content-type", b"")
    if found not in _USUAL:
        media, *parameters = (part.strip().lower() for part in found.split(b";"))
        if media != b"application/json":
            raise TurnedAway(415, "media_type", "the body must be JSON: content-type: application/json")
        if any(_foreign(one) for one in parameters):
            raise TurnedAway(415, "media_type", "the body must be UTF-8: content-type: application/json")
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise TurnedAway(415, "content_encoding", "the body must not be compressed: send no content-encoding")


def _foreign(parameter: bytes) -> bool:
    name, _, value = parameter.partition(b"=")
    return name.strip() == b"charset" and value.strip().strip(b'"') != b"utf-8"
