"""`GET /metrics`: what the service counts about itself, as Prometheus reads it."""

from fastapi import APIRouter
from starlette.responses import Response

from willbuy.service.gate.metrics import CONTENT_TYPE, Metrics


def metrics_routes(metrics: Metrics) -> APIRouter:
    """The one route."""
    router = APIRouter(tags=["health"])

    @router.get(
        "/metrics",
        summary="Counts for Prometheus.",
        response_class=Response,
        responses={
            200: {
                "description": "Its text format.",
                "content": {"text/plain": {"schema": {"type": "string"}}},
            }
        },
    )
    async def counts() -> Response:
        return Response(metrics.render(), headers={"content-type": CONTENT_TYPE})

    return router
