"""The shapes of events and visitors: what is sent under which names, and what is answered."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from willbuy.events.canonical import FIELDS, KINDS
from willbuy.events.presets import resolve
from willbuy.service.bodies import Scored
from willbuy.service.sent_events import MOST_EVENTS
from willbuy.shop import Shop

_STRICT = ConfigDict(extra="forbid")
MEANS = {
    "entity": "Who did it.",
    "time": "When it happened: by the canonical name ISO 8601 with an offset or Z.",
    "kind": f"What was done; by the canonical name one of {', '.join(KINDS)}.",
    "item": "What it was done to.",
    "category": "The item's category.",
    "price": "The price of one, in the shop's currency.",
    "quantity": "How many.",
    "session": "The visit's own id.",
    "event_id": "Names this event for ever: sent again, it counts once. The header Idempotency-Key can stand for it.",
    "received": "When the shop knew of it.",
}
Value = str | int | float | None


class RejectedEvent(BaseModel):
    """An event that was refused: its place in the request, the rule, the field, and a sentence."""

    model_config = _STRICT
    index: int
    code: str
    field: str
    message: str


class StoredEvent(BaseModel):
    """An event as it is stored; what it lacks is left out. Prices are in minor units, times UTC."""

    model_config = _STRICT
    time: str
    kind: str
    item: str | None = None
    category: str | None = None
    price: int | None = None
    quantity: int | None = None
    session: str | None = None
    received: str | None = None


class Erased(BaseModel):
    """What is erased already, and what still is being."""

    model_config = _STRICT
    erased: str
    rest: str


def visitor_bodies(shop: Shop) -> dict[str, Any]:
    """Every type that the routes of events and visitors speak of, by name."""
    source = resolve(shop.source)
    entity = source.columns["entity"]
    event = _event("Event", "One event under the shop's own names. Other fields are ignored, and named in the answer.", {
        name: source.columns.get(name, "event_id" if name == "event_id" else "") for name in FIELDS
    })  # fmt: skip
    canonical = _event(
        "CanonicalEvent", "One event under the canonical names.", {name: name for name in FIELDS}
    )
    one = event | canonical
    listed: Any = create_model(
        "EventList",
        __doc__="Many events.",
        __config__=_STRICT,
        events=(Annotated[list[one], Field(min_length=1, max_length=MOST_EVENTS)], ...),  # type: ignore[valid-type]
    )
    id_: Any = {"id_": (str, Field(alias=entity, description="The visitor, as it was asked for."))}
    score: Any = create_model(
        "VisitorScore",
        __base__=Scored,
        __doc__="A visitor's score at a moment.",
        as_of=(str, Field(description="The moment, UTC.")),
        in_population=(bool, Field(description="Whether the model was trained for such visitors.")),
        events=(int, Field(description="How many events were known then.")),
        events_used=(
            list[StoredEvent],
            Field(default=[], description="The newest of them, where they were asked for."),
        ),
        **id_,
    )
    stored: Any = create_model(
        "Visitor",
        __config__=_STRICT,
        __doc__="What is stored of a visitor.",
        total=(int, Field(description="How many events.")),
        live=(int, Field(description="How many of them came through the service.")),
        first=(str, Field(description="When the oldest happened, UTC.")),
        last=(str, Field(description="When the newest happened, UTC.")),
        events=(list[StoredEvent], Field(description="The newest, oldest first.")),
        **id_,
    )
    taken: Any = create_model(
        "Taken",
        __config__=_STRICT,
        __doc__="What became of the events; what was accepted is on disk.",
        accepted=(int, Field(description="Stored now.")),
        duplicates=(int, Field(description="Stored before, under the same id with the same body.")),
        suppressed=(int, Field(description="Dropped: of visitors who were erased.")),
        conflicts=(list[int], Field(description="Places of events whose id belongs to another event.")),
        rejected=(list[RejectedEvent], Field(description="Those that break a rule.")),
        ignored=(list[str], Field(description="Fields that were not read.")),
        scores=(
            list[score],
            Field(default=[], description="With `score=true`: each visitor's score after its events."),
        ),
    )
    return {one.__name__: one for one in (event, canonical, listed, taken, score, stored, Erased)}


def _event(name: str, words: str, columns: dict[str, str]) -> Any:
    """The type of an event whose canonical fields go by `columns`; those without a name are left out."""
    made: dict[str, Any] = {}
    for number, (field, column) in enumerate(columns.items()):
        needed = field in ("entity", "time", "kind")
        kind: Any = (
            Literal[KINDS] if field == "kind" and column == "kind" else str | int | float if needed else Value
        )
        if column:
            default = ... if needed else None
            made[f"field_{number}"] = (kind, Field(default, alias=column, description=MEANS[field]))
    return create_model(name, __config__=ConfigDict(extra="allow"), __doc__=words, **made)
