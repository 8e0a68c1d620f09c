"""`GET /livez`, `/readyz`, `/health`: whether the process lives, whether it should get requests, and what it runs."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from willbuy import __version__
from willbuy.service.bodies import Error
from willbuy.service.state import State


class ModelInfo(BaseModel):
    """The model in service."""

    model_config = ConfigDict(protected_namespaces=())
    model_type: str | None = Field(description="The family of the model: logistic, forest, boosting.")
    features: list[str] = Field(description="The fields that it reads, in order.")


class Health(BaseModel):
    """How the service is."""

    model_config = ConfigDict(protected_namespaces=())
    status: str = Field(
        description="`ok`; `degraded` where something needs a person, `down` where nothing can be scored."
    )
    model_loaded: bool
    version: str = Field(description="The version of willbuy.")
    model_info: ModelInfo
    proven: bool | None = Field(
        description="Whether live and batch features were proven equal for this model; null for a table, which has none."
    )
    newer_run: str | None = Field(
        description="The newest complete run, where it is newer than the one in service: willbuy promote puts it there."
    )
    problems: list[str] = Field(description="What needs a person, in words.")


class Alive(BaseModel):
    """A probe's answer."""

    status: str


def health_routes(state: State) -> APIRouter:
    """The three routes; none of them needs a key."""
    router = APIRouter(tags=["health"])

    @router.get("/livez", response_model=Alive, summary="Whether the process answers at all.")
    async def livez() -> Response:
        return JSONResponse({"status": "ok"})

    @router.get(
        "/readyz",
        response_model=Alive,
        summary="Whether it should get requests: a model is loaded and events can be stored.",
        responses={503: {"model": Error, "description": "Not ready; the error says why."}},
    )
    async def readyz() -> Response:
        if not (why := not_ready(state)):
            return JSONResponse({"status": "ok"})
        return JSONResponse({"error": {"code": "not_ready", "message": why}}, 503, {"Retry-After": "1"})

    @router.get("/health", response_model=Health, summary="How the service is, and what it runs.")
    async def health() -> Response:
        return JSONResponse(health_of(state))

    return router


def not_ready(state: State) -> str:
    """Why the service should get no requests; "" where it should."""
    if state.holder.current is None:
        return "no model is in service"
    return "" if state.store is None else state.store.trouble


def health_of(state: State) -> dict[str, Any]:
    """What `/health` says. It says no path and no inner error: those stand in the process's own log."""
    serving = state.holder.current
    problems = [not_ready(state)] if not_ready(state) else []
    if state.holder.error:
        problems.append("the promoted model could not be taken into service; the one before it answers")
    if state.log.error:
        problems.append("answers are not logged: the prediction log cannot be written now")
    proven = None
    if serving is not None and serving.features is not None:
        proven = bool(serving.parity and serving.parity.clean)
        if not proven:
            problems.append("the model was not proven: run willbuy parity")
    manifest = serving.bundle.manifest if serving is not None else {}
    return {
        "status": "down" if serving is None else "degraded" if problems else "ok",
        "model_loaded": serving is not None,
        "version": __version__,
        "model_info": {
            "model_type": manifest.get("model"),
            "features": list(serving.names) if serving else [],
        },
        "proven": proven,
        "newer_run": state.holder.newer,
        "problems": problems,
    }
