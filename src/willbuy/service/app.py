"""The app: every route, and one shape for whatever goes wrong."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from willbuy import __version__
from willbuy.service.erasing import Erasing
from willbuy.service.logged import Logged
from willbuy.service.models import Current, current_of
from willbuy.service.openapi import made
from willbuy.service.routes import live_docs, predict_docs
from willbuy.service.routes.batch import Batch
from willbuy.service.routes.docs import docs_routes
from willbuy.service.routes.events import Events
from willbuy.service.routes.health import health_routes
from willbuy.service.routes.metrics import metrics_routes
from willbuy.service.routes.model import model_routes
from willbuy.service.routes.page import OPERATIONS as PAGE
from willbuy.service.routes.page import page_routes
from willbuy.service.routes.predict import Predict
from willbuy.service.routes.slashes import IdRoute
from willbuy.service.routes.visitors import SCORE, VISITOR, Score, Visitor
from willbuy.service.state import State
from willbuy.service.visitor_bodies import visitor_bodies
from willbuy.service.visitors import Visitors
from willbuy.service.wire.errors import Refusal
from willbuy.shop import Shop

STATUS_WORDS = {
    404: ("not_found", "there is nothing here"),
    405: ("method", "the method is not allowed here"),
}


def create_app(state: State, erasing: Erasing | None = None) -> FastAPI:
    """The app of a process. It holds no state of its own but what it makes of the model in service."""
    current, logged = current_of(state), Logged(state)
    app = FastAPI(title="willbuy", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    app.router.routes.append(Route("/predict", Predict(current, logged), methods=["POST"]))
    app.router.routes.append(Route("/predict/batch", Batch(current, logged), methods=["POST"]))
    if state.store is not None and state.reader is not None:
        visitors = Visitors(state, state.store, logged)
        app.router.routes.append(Route("/events", Events(state, current, visitors), methods=["POST"]))
        app.router.routes.append(IdRoute(SCORE, Score(state, current, visitors), methods=["GET"]))
        visitor = Visitor(state, state.store, visitors, erasing or Erasing(state))
        app.router.routes.append(IdRoute(VISITOR, visitor, methods=["GET", "DELETE"]))
    app.include_router(health_routes(state))
    app.include_router(model_routes(state, current))
    if state.metrics is not None:
        app.include_router(metrics_routes(state.metrics))
    app.openapi = _openapi(app, state, current)  # type: ignore[method-assign]
    app.router.routes.extend(page_routes())
    if state.docs:
        app.include_router(docs_routes(app))
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(HTTPException, _not_served if isinstance(state.shop, Shop) else _not_of_a_table)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _fault)
    return app


def _openapi(app: FastAPI, state: State, current: Callable[[], Current]) -> Callable[[], dict[str, Any]]:
    """The OpenAPI file, made again when another model is in service."""
    kept: list[Any] = [None, None]
    hot, types = predict_docs.OPERATIONS | PAGE, dict[str, Any]()
    if isinstance(state.shop, Shop) and state.store is not None:
        hot, types = hot | live_docs.OPERATIONS, visitor_bodies(state.shop)

    def openapi() -> dict[str, Any]:
        try:
            version = current().serving.version
        except Refusal:
            version = ""
        if kept[0] != version:
            kept[:] = [version, made(app, __version__, hot, types, current)]
        found: dict[str, Any] = kept[1]
        return found

    return openapi


async def _refused(_: Request, error: Exception) -> Response:
    return error.response() if isinstance(error, Refusal) else await _fault(_, error)


async def _not_served(_: Request, error: Exception) -> Response:
    """What the router refuses by itself: no such route, no such method."""
    status = getattr(error, "status_code", 500)
    code, words = STATUS_WORDS.get(status, ("refused", "the request was refused"))
    return Refusal(status, code, words, headers=getattr(error, "headers", None)).response()


async def _not_of_a_table(request: Request, error: Exception) -> Response:
    """The same where a table is served, which has neither events nor visitors."""
    path = request.url.path
    if getattr(error, "status_code", 500) == 404 and path.startswith(("/events", "/visitors")):
        message = (
            "a table is served here, which has no events and no visitors: score its rows by POST /predict"
        )
        return Refusal(404, "no_events", message).response()
    return await _not_served(request, error)


async def _invalid(_: Request, error: Exception) -> Response:
    """A parameter that FastAPI could not read: its name and what was expected, never what was found."""
    first = (
        error.errors()[0] if isinstance(error, RequestValidationError) else {"loc": ("",), "msg": "invalid"}
    )
    name = str(first["loc"][-1])
    return Refusal(422, "bad_parameter", f"the parameter '{name}' cannot be read", field=name).response()


async def _fault(_: Request, error: Exception) -> Response:
    """A fault of ours: nothing of it leaves the process but that there was one."""
    return Refusal(500, "fault", "a fault of the service; its log says which").response()
