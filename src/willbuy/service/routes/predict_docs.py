"""What the OpenAPI file says about the scoring routes."""

from willbuy.service.answers import MOST_REASONS
from willbuy.service.openapi import Operations, content, operation, parameter, ref, refused

_REASONS = parameter(
    "reasons",
    {"type": "integer", "minimum": 0, "maximum": MOST_REASONS},
    "How many reasons to say, strongest first.",
)
OPERATIONS: Operations = {
    "/predict": {
        "post": operation(
            "Score one record.",
            {"200": content(ref("Prediction"), "The score."), **refused(400, 413, 415, 422, 503)},
            tags=["scores"],
            parameters=[_REASONS],
            requestBody={
                "required": True,
                **content({"anyOf": [ref("Record"), ref("Nested")]}, "The record, flat or under `features`."),
            },
        )
    },
    "/predict/batch": {
        "post": operation(
            "Score many records; a bad one is reported at its place.",
            {"200": content(ref("Predictions"), "The scores."), **refused(400, 413, 415, 422, 503)},
            tags=["scores"],
            parameters=[_REASONS],
            requestBody={"required": True, **content(ref("Customers"), "The records.")},
        )
    },
}
