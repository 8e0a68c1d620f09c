"""`GET /docs` and `/openapi.json`: the API as a page of ours, which loads nothing from anywhere."""

from fastapi import APIRouter, FastAPI
from starlette.responses import HTMLResponse, JSONResponse, Response

from willbuy.service.docs_page import page


def docs_routes(app: FastAPI) -> APIRouter:
    """The two routes."""
    router = APIRouter(tags=["docs"])

    @router.get("/openapi.json", summary="The OpenAPI file of the model in service.")
    async def openapi() -> Response:
        return JSONResponse(app.openapi())

    @router.get("/docs", response_class=HTMLResponse, summary="The same as a page.")
    async def docs() -> Response:
        return HTMLResponse(page(app.openapi()))

    return router
