"""`GET /`: a small page for people, of three files that ask nobody but this service."""

from collections.abc import Awaitable, Callable
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from willbuy.service.openapi import Operations, operation

OPERATIONS: Operations = {
    path: {
        "get": operation(
            words,
            {"200": {"description": words, "content": {kind: {"schema": {"type": "string"}}}}},
            tags=["page"],
        )
    }
    for path, kind, words in (
        ("/", "text/html", "A page for people."),
        ("/page/page.css", "text/css", "Its style."),
        ("/page/page.js", "text/javascript", "Its script."),
    )
}
_FILES = {
    "/": ("index.html", "text/html"),
    "/page/page.css": ("page.css", "text/css"),
    "/page/page.js": ("page.js", "text/javascript"),
}


def page_routes() -> list[Route]:
    """The page, its style and its script. They hold nothing of the shop: what the page shows it asks for, with a key."""
    return [Route(path, _answer(*found), methods=["GET"]) for path, found in _FILES.items()]


def _answer(name: str, media_type: str) -> Callable[[Request], Awaitable[Response]]:
    content = (files("willbuy.service") / "page" / name).read_bytes()

    async def answer(_: Request) -> Response:
        return Response(content, media_type=media_type)

    return answer
