"""`GET /model`: the card of the model in service."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from willbuy.service.bodies import Error
from willbuy.service.card import card_of
from willbuy.service.models import Current
from willbuy.service.state import State


class Card(BaseModel):
    """The model in service: what it was trained and tested on, how well it did, and what it decides by."""

    model_config = ConfigDict(protected_namespaces=())
    role: str = Field(
        description="`champion`, which changes with each promotion; `pinned`, the run that the service was started with (--run)."
    )
    version: str = Field(description="The SHA-256 of the bundle's manifest.")
    run: str
    loaded_at: str = Field(description="When it was taken into service, UTC.")
    shop: str | None
    task: dict[str, Any] | None = Field(description="The question, in words.")
    target: dict[str, Any] | str | None
    model: str | None
    split: dict[str, Any] | None = Field(description="How the test was taken: its `kind` names it.")
    parts: list[dict[str, Any]] | None = Field(description="Rows, buyers and base rate of each part.")
    test: dict[str, Any] | None = Field(description="The figures of the sealed test, with 95 % intervals.")
    rules: dict[str, Any] | None = Field(description="The same figures of the simplest rules.")
    verdict: dict[str, Any] | None
    threshold: float | None
    thresholds: list[dict[str, Any]] | None
    bands: list[dict[str, Any]] | None
    data: dict[str, Any] | None = Field(description="The fingerprint of the data.")
    doctor: dict[str, Any] | None = Field(description="What the leak audit doubts, and what was accepted.")
    calibrator: str | None
    features: list[str]
    aliases: dict[str, str]
    parity: dict[str, Any] | None
    shadow: dict[str, Any] | None


def model_routes(state: State, current: Callable[[], Current]) -> APIRouter:
    """The one route."""
    router = APIRouter(tags=["model"])

    @router.get(
        "/model",
        response_model=Card,
        summary="The card of the model in service.",
        responses={503: {"model": Error, "description": "No model is in service."}},
    )
    async def model() -> Response:
        return JSONResponse(card_of(state.holder, current()))

    return router
