"""`GET /metrics`: what the service counts about itself, for Prometheus."""

from fastapi import APIRouter
from starlette.responses import Response

from willbuy.service.metrics import CONTENT_TYPE, Metrics


def metrics_routes(metrics: Metrics) -> APIRouter:
    """The route; it needs a key with the scope `read`, which Prometheus sends as `authorization`."""
    router = APIRouter(tags=["health"])

    @router.get(
        "/metrics",
        response_class=Response,
        summary="Counts of requests, events, scores and models, for Prometheus.",
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    async def read() -> Response:
        return Response(metrics.render(), media_type=CONTENT_TYPE)

    return router
