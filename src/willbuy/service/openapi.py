"""The OpenAPI file: what the typed routes declare, and the hot routes with the fields of the model in service."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from willbuy.service.bodies import Error, bodies
from willbuy.service.models import Current
from willbuy.service.wire.errors import Refusal

Operation = dict[str, Any]
Operations = dict[str, dict[str, Operation]]  # path -> method -> operation

TITLE = "willbuy"
OPEN = frozenset(
    {"/livez", "/readyz", "/health", "/docs", "/openapi.json", "/", "/page/page.css", "/page/page.js"}
)
REF = "#/components/schemas/{model}"
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key of `willbuy keys add`."},
    "header": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "The same, in a header of its own.",
    },
}
REFUSED = {
    "400": "The body cannot be read.",
    "401": "No key, or none that is known.",
    "403": "The key has not the scope.",
    "413": "Too large, or too many.",
    "415": "No JSON, by its content type.",
    "422": "A field or parameter is wrong; the error names it.",
    "429": "Too many requests for this key; Retry-After says when.",
    "503": "Not now; Retry-After says when.",
}


def ref(name: str) -> dict[str, str]:
    """A reference to one of the file's schemas."""
    return {"$ref": REF.format(model=name)}


def content(schema: dict[str, Any], description: str) -> dict[str, Any]:
    """A JSON answer, or body."""
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def refused(*statuses: int | str) -> dict[str, Any]:
    """The answers other than the one asked for: all that any route has, and those named."""
    return {str(status): content(ref("Error"), REFUSED.get(str(status), "Refused.")) for status in statuses}


def operation(summary: str, answers: dict[str, Any], **more: Any) -> Operation:
    """One operation of a hot route."""
    return {"summary": summary, "responses": answers, **more}


def parameter(name: str, schema: dict[str, Any], description: str, where: str = "query") -> dict[str, Any]:
    """A parameter of a hot route."""
    return {
        "name": name,
        "in": where,
        "required": where == "path",
        "schema": schema,
        "description": description,
    }


def made(
    app: FastAPI, version: str, hot: Operations, types: dict[str, Any], current: Callable[[], Current]
) -> dict[str, Any]:
    """The whole file, for the model in service now; without one the scoring routes take any record."""
    spec = get_openapi(title=TITLE, version=version, routes=app.routes, description=DESCRIPTION)
    try:
        now = current()
        shapes: dict[str, Any] = bodies(now.serving, now.fields)
    except Refusal:
        shapes = {}
    _, defined = models_json_schema(
        [
            (one, "serialization" if one.__name__ in ANSWERED else "validation")
            for one in [Error, *types.values(), *shapes.values()]
        ],
        ref_template=REF,
    )
    schemas = spec.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(defined["$defs"])
    for name in ("Record", "Nested", "Customers", "Prediction", "Predictions"):
        schemas.setdefault(name, {"type": "object"})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    spec["paths"] = {
        path: spec["paths"].get(path, {}) | hot.get(path, {}) for path in sorted({*spec["paths"], *hot})
    }
    spec["components"]["securitySchemes"] = SECURITY
    _lock(spec["paths"])
    return spec


def _lock(paths: dict[str, Any]) -> None:
    """Every route needs a key but the open ones; where no key was ever made, a loopback address needs none."""
    for path, operations in paths.items():
        for method, found in operations.items():
            found.setdefault(
                "operationId", f"{method}{path}".replace("/", "_").replace("{", "").replace("}", "")
            )
            if path not in OPEN:
                found["security"] = [{name: []} for name in SECURITY]
                found["responses"] = refused(401, 403, 429) | found["responses"]


ANSWERED = {"Prediction", "Predictions", "Taken", "VisitorScore", "Visitor"}
DESCRIPTION = (
    "Who is going to buy? Every answer is a calibrated probability with the version of the model that gave it. Errors have "
    'one shape: `{"error": {"code", "message", "field", "nearest"}}`, and never hold what was sent.'
)
