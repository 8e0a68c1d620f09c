"""The doors: for every route its template, the scope that it needs and the body that it takes."""

import re
from typing import NamedTuple

PAGE_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
DOCS_POLICY = b"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
DATA_POLICY = b"default-src 'none'; frame-ancestors 'none'"


class Door(NamedTuple):
    """What stands before a route."""

    template: str
    """The route as metrics name it: never with an id in it, so that labels stay few."""
    scope: str | None = "any"
    """The scope that a key needs; "any" where every key will do; None where nobody is asked for one."""
    body: str = "none"
    """"none", "single" or "batch"; "events" is single unless what comes looks like many."""
    policy: bytes = DATA_POLICY
    """The Content-Security-Policy."""


_OPEN = ("/livez", "/readyz", "/health")
_DOCS = ("/docs", "/openapi.json")

_EXACT = {
    **{("GET", path): Door(path, None) for path in _OPEN},
    **{("GET", path): Door(path, None, policy=DOCS_POLICY) for path in _DOCS},
    ("GET", "/"): Door("/", None, policy=PAGE_POLICY),
    ("GET", "/favicon.ico"): Door("/favicon.ico", None),
    ("GET", "/model"): Door("/model", "read"),
    ("GET", "/metrics"): Door("/metrics", "read"),
    ("POST", "/predict"): Door("/predict", "predict", "single"),
    ("POST", "/predict/batch"): Door("/predict/batch", "predict", "batch"),
    ("POST", "/events"): Door("/events", "ingest", "events"),
}
_PAGE = Door("/page", None, policy=PAGE_POLICY)
_VISITOR = re.compile(r"/visitors/[^/]+(/score|/scores|)")
_SCOPE_OF = {
    "/predict": "predict",
    "/events": "ingest",
    "/visitors": "read",
    "/model": "read",
    "/metrics": "read",
}
_OTHER = Door("other")


def door_of(method: str, path: str) -> Door:
    """The door that a request comes to. What no rule names needs a key, and the scope of what it stands under.

    >>> door_of("POST", "/predict").scope, door_of("GET", "/health").scope, door_of("GET", "/nowhere").scope
    ('predict', None, 'any')
    >>> door_of("GET", "/visitors/257597/score")
    Door(template='/visitors/{id}/score', scope='read', body='none', policy=b"default-src 'none'; frame-ancestors 'none'")
    >>> door_of("DELETE", "/visitors/257597").scope
    'admin'
    """
    return _EXACT.get((method, path)) or _ruled(method, path)


def _ruled(method: str, path: str) -> Door:
    if path.startswith("/visitors/"):
        return _visitors(method, path)
    if method in ("GET", "HEAD") and path.startswith("/page/"):
        return _PAGE
    for start, scope in _SCOPE_OF.items():
        if path == start or path.startswith(start + "/"):
            return Door("other", scope)
    if path in (*_OPEN, *_DOCS, "/"):  # another method: 405, and HEAD
        return Door(path, None, policy=DOCS_POLICY if path in _DOCS else DATA_POLICY)
    return _OTHER


def _visitors(method: str, path: str) -> Door:
    found = _VISITOR.fullmatch(path)
    template = f"/visitors/{{id}}{found[1]}" if found else "other"
    return Door(template, "admin" if method == "DELETE" else "read")
