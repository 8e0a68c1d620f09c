"""Routes with an id in their path that may hold a slash, written `%2F`."""

from typing import Any
from urllib.parse import unquote

from starlette.routing import Match, Route


class IdRoute(Route):
    """A route `/things/{id}` or longer: the path is cut at its slashes before it is decoded, as a client means it.

    >>> route = IdRoute("/visitors/{id}/score", lambda request: None)
    >>> asked = {"type": "http", "method": "GET", "path": "/visitors/a/b/score", "raw_path": b"/visitors/a%2Fb/score"}
    >>> match, found = route.matches(asked)
    >>> match.name, found["path_params"]
    ('FULL', {'id': 'a/b'})
    """

    def matches(self, scope: Any) -> tuple[Match, Any]:
        """As every route, with the id as one part."""
        raw: bytes = scope.get("raw_path") or b""
        if b"%2f" not in raw.lower():
            return super().matches(scope)
        parts = raw.split(b"/")
        if len(parts) < 3:
            return Match.NONE, {}
        path = "/".join([*(part.decode("ascii") for part in parts[:2]), "id", *_decoded(parts[3:])])
        match, found = super().matches({**scope, "path": path})
        if match is not Match.NONE:
            found["path_params"]["id"] = unquote(parts[2].decode("ascii"))
        return match, found


def _decoded(parts: list[bytes]) -> list[str]:
    return [unquote(part.decode("ascii")) for part in parts]
