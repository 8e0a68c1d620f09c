"""What the OpenAPI file says about events and visitors."""

from willbuy.service.answers import MOST_REASONS
from willbuy.service.fields import ID_PATTERN, MOST_ID
from willbuy.service.openapi import Operations, content, operation, parameter, ref, refused
from willbuy.service.routes.visitors import MOST_SHOWN, SCORE, VISITOR
from willbuy.service.sent_events import MOST_EVENTS, MOST_KEY

_ID = parameter(
    "id",
    {"type": "string", "minLength": 1, "maxLength": MOST_ID, "pattern": ID_PATTERN},
    "The visitor.",
    where="path",
)
_ONE = [ref("Event"), ref("CanonicalEvent")]
_MANY = {"type": "array", "items": {"anyOf": _ONE}, "minItems": 1, "maxItems": MOST_EVENTS}
_KEY = {"type": "string", "minLength": 1, "maxLength": MOST_KEY, "pattern": "^[!-~]+$"}
OPERATIONS: Operations = {
    "/events": {
        "post": operation(
            "Store one event, or up to 1,000; those that break a rule are refused by themselves.",
            {
                "202": content(ref("Taken"), "What was accepted is on disk."),
                "409": content(ref("Error"), "The event id belongs to another event."),
                "507": content(ref("Error"), "The disk is full; Retry-After says when to come again."),
                **refused(400, 413, 415, 422, 503),
            },
            tags=["events"],
            parameters=[
                parameter("score", {"type": "boolean"}, "Answer each visitor's score after its events, too."),
                parameter(
                    "Idempotency-Key", _KEY, "Names events that have no id of their own.", where="header"
                ),
            ],
            requestBody={
                "required": True,
                **content({"anyOf": [*_ONE, _MANY, ref("EventList")]}, "The events."),
            },
        )
    },
    SCORE: {
        "get": operation(
            "A visitor's score, from its own events up to a moment.",
            {
                "200": content(ref("VisitorScore"), "The score."),
                "404": content(ref("Error"), "Nothing is known of the visitor, or no visit is in progress."),
                **refused(422, 503),
            },
            tags=["visitors"],
            parameters=[
                _ID,
                parameter(
                    "as_of",
                    {
                        "anyOf": [
                            {"type": "string", "format": "date-time"},
                            {"type": "string", "format": "date"},
                        ]
                    },
                    "The moment, ISO 8601 (the shop's zone without an offset); now otherwise.",
                ),
                parameter(
                    "reasons",
                    {"type": "integer", "minimum": 0, "maximum": MOST_REASONS},
                    "How many reasons to say.",
                ),
                parameter(
                    "explain",
                    {"type": "string", "enum": ["events"]},
                    "Answer the events that were used, too.",
                ),
            ],
        )
    },
    VISITOR: {
        "get": operation(
            "What is stored of a visitor.",
            {
                "200": content(ref("Visitor"), "The newest events."),
                "404": content(ref("Error"), "Nothing is known of the visitor."),
                **refused(422),
            },
            tags=["visitors"],
            parameters=[
                _ID,
                parameter(
                    "limit", {"type": "integer", "minimum": 0, "maximum": MOST_SHOWN}, "How many events."
                ),
            ],
        ),
        "delete": operation(
            "Erase a visitor everywhere, and drop what comes of it later.",
            {
                "202": content(ref("Erased"), "The service holds nothing any more; files are being erased."),
                **refused(422, 503),
            },
            tags=["visitors"],
            parameters=[_ID],
        ),
    },
}
