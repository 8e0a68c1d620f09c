"""What the service answers where it cannot do what was asked: one shape, at most 2 KB, and never what was sent."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from willbuy.errors import printable

MOST_MESSAGE = 600  # characters
JSON = "application/json"


class Refusal(Exception):
    """An answer other than the one that was asked for.

    `code` is for programs and stays the same, `message` is one line for people: what was found, what was expected. `field`
    names what is wrong; `more` are further keys, such as `nearest`. No value that was sent stands in any of them, and
    the name of a field is cut to 60 printable characters.

    >>> Refusal(422, "missing_field", "missing: visits", field="visits").body()
    b'{"error":{"code":"missing_field","message":"missing: visits","field":"visits"}}'
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(code)
        self.status, self.headers = status, dict(headers or {})
        self.error: dict[str, Any] = {"code": code, "message": message[:MOST_MESSAGE]}
        if field is not None:
            self.error["field"] = printable(field)
        self.error.update((name, value) for name, value in more.items() if value is not None)

    def body(self) -> bytes:
        """The answer's bytes."""
        return msgspec.json.encode({"error": self.error})

    def response(self) -> Response:
        """The whole answer."""
        return Response(self.body(), self.status, self.headers, JSON)


def busy(code: str, message: str, seconds: int = 1, status: int = 503) -> Refusal:
    """Not now: the client is told after how many seconds to come back."""
    return Refusal(status, code, message, headers={"Retry-After": str(seconds)})


def away() -> Refusal:
    """What the service keeps cannot be reached: nothing was stored, nothing can be said."""
    return busy(
        "store_away", "the database does not answer: ask again; send events again, with the same ids", 2
    )
