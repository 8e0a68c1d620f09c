"""The shapes of what is sent and answered, made from the model in service: real fields with meaning, unit and example."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, create_model

from willbuy.models.prepare import Column
from willbuy.models.rows import LARGEST
from willbuy.service.fields import ID_PATTERN, MOST_ID, Fields

if TYPE_CHECKING:
    from willbuy.service.serving import Serving

MOST_RECORDS = 5_000
_STRICT = ConfigDict(extra="forbid")
TEXT = Annotated[StrictStr, Field(pattern="^[^\\x00]*$")]
ID: Any = (
    Annotated[StrictStr, Field(min_length=1, max_length=MOST_ID, pattern=ID_PATTERN)]
    | Annotated[StrictInt, Field(ge=-(1 << 63), lt=1 << 63)]
)
NUMBER = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]


class Reason(BaseModel):
    """Why: a feature, what it says, and what it adds to the uncalibrated log-odds."""

    feature: str
    text: str
    contribution: float


class RefusedEvent(BaseModel):
    """An event that was refused: its place in the request, the rule, and the field."""

    model_config = ConfigDict(extra="forbid")
    index: int
    code: str
    field: str


class Fault(BaseModel):
    """What was wrong: `code` for programs, `message` for people. What was sent stands in neither."""

    model_config = ConfigDict(extra="forbid")
    code: str
    message: str
    field: str | None = Field(None, description="The field or parameter that is wrong.")
    nearest: str | None = Field(None, description="The nearest right spelling.")
    refused: int | None = Field(None, description="How many events were refused.")
    conflicts: int | None = Field(
        None, description="How many events have an id that belongs to another event."
    )
    first: list[RefusedEvent] | None = Field(None, description="The first events that were refused.")
    request: str | None = Field(None, description="The number under which the service's own log says more.")


class Error(BaseModel):
    """An answer other than the one asked for."""

    model_config = ConfigDict(extra="forbid")
    error: Fault


def record_type(serving: "Serving", fields: Fields) -> type[BaseModel]:
    """The type of a record: every field of the model, required, with its meaning; the id beside them."""
    told, seen = _meanings(serving), serving.bundle.manifest.get("reference", {}).get("features", {})
    aliases: dict[str, list[str]] = {}
    for alias, name in fields.aliases.items():
        aliases.setdefault(name, []).append(alias)
    made: dict[str, Any] = {"id_": (ID, Field(None, alias=fields.ids[0], description=_id_words(fields)))}
    for place, column in enumerate(fields.columns):
        words = told.get(column.name, "")
        if column.name in aliases:
            words += f" Also taken as {', '.join(aliases[column.name])}."
        made[f"field_{place}"] = (
            _type(column, column.name in fields.nullable),
            Field(alias=column.name, description=words.strip(), examples=_examples(column, seen)),
        )
    return create_model(
        "Record", __config__=_STRICT, __doc__="One record, as a line of a file would hold it.", **made
    )


def bodies(serving: "Serving", fields: Fields) -> dict[str, Any]:
    """Every type that the scoring routes speak of, by name."""
    record = record_type(serving, fields)
    parts: dict[str, Any] = {
        name: (field.annotation, field) for name, field in record.model_fields.items() if name != "id_"
    }
    inner: Any = create_model(
        "Features", __config__=_STRICT, __doc__="The fields of a record, without its id.", **parts
    )
    of_id = (ID, Field(None, alias=fields.ids[0], description=_id_words(fields)))
    nested: Any = create_model(
        "Nested",
        __config__=_STRICT,
        __doc__="The same record, its fields under `features`.",
        id_=of_id,
        features=(inner, ...),
    )
    customers: Any = create_model(
        "Customers",
        __config__=_STRICT,
        __doc__="Many records.",
        customers=(list[record | nested], Field(max_length=MOST_RECORDS)),  # type: ignore[valid-type]
    )
    prediction = _prediction(fields)
    many: Any = create_model(
        "Predictions",
        __config__=_STRICT,
        __doc__="A score or an error for each record, in their order.",
        predictions=(list[prediction | Error], ...),  # type: ignore[valid-type]
        total_customers=(int, ...),
        processing_time_seconds=(float, ...),
    )
    return {
        "Record": record,
        "Nested": nested,
        "Customers": customers,
        "Prediction": prediction,
        "Predictions": many,
    }


def _prediction(fields: Fields) -> Any:
    ids: Any = {
        f"id_{place}": (str | int | None, Field(None, alias=name, description="The id, as it was sent."))
        for place, name in enumerate(fields.ids)
    }
    return create_model("Prediction", __base__=Scored, __doc__=Scored.__doc__, **ids)


class Scored(BaseModel):
    """What the model answers about one record."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())
    purchase_prediction: bool = Field(description="Whether the probability reaches the threshold.")
    purchase_probability: float = Field(ge=0, le=1, description="The calibrated probability of buying.")
    prediction_confidence: float = Field(
        ge=0, le=1, description="The probability that purchase_prediction comes true."
    )
    propensity_to_buy: float = Field(ge=0, le=1, description="The same number as purchase_probability.")
    band: str | None = Field(description="The probability in a word, against the base rate.")
    threshold: float = Field(description="What a probability must reach to be a yes.")
    model_version: str = Field(description="The SHA-256 of the model's manifest.")
    reasons: list[Reason] = Field(
        default=[], description="The strongest reasons first, where they were asked for."
    )


def _type(column: Column, nullable: bool) -> Any:
    kind: Any = {
        "number": NUMBER,
        "flag": StrictBool | Literal[0, 1],
        "category": TEXT | StrictInt,
    }[column.role]
    return kind | None if nullable else kind


def _examples(column: Column, seen: Mapping[str, Any]) -> list[Any]:
    """A value that the training data held: the median of a number, the first value of a category."""
    if column.role == "category":
        return list(column.every_value[:1])
    quantiles = (seen.get(column.name) or {}).get("quantiles") or []
    middle = quantiles[len(quantiles) // 2] if quantiles else None
    if middle is None:
        return [None] if column.role == "number" else [True]
    return [middle] if column.role == "number" else [bool(middle)]


def _id_words(fields: Fields) -> str:
    others = f" Also taken as {', '.join(fields.ids[1:])}." if fields.ids[1:] else ""
    return f"Who is scored; answered as it was sent, under the same name.{others}"


def _meanings(serving: "Serving") -> dict[str, str]:
    """What each field means, in which unit: the features' declarations, or the roles of a table's columns."""
    if serving.features is not None:
        return {
            one.name: f"{_sentence(one.meaning)} Unit: {one.unit}." for one in serving.features
        } | _fitted(serving)
    found = {}
    for column in serving.bundle.manifest.get("columns", []):
        known = {"before": ", known before", "after": ", known after"}.get(column["known"], "")
        values = ", ".join(map(str, column["values"][:12])) + (" ..." if len(column["values"]) > 12 else "")
        found[column["name"]] = f"A {column['role']}{known}." + (
            f" Values seen in training: {values}." if values else ""
        )
    return found


def _fitted(serving: "Serving") -> dict[str, str]:
    """The columns that are no features: what their phrases say."""
    phrases = serving.bundle.manifest.get("phrases", {})
    own = {one.name for one in serving.features or ()}
    said = {name: phrases.get(name, {}).get("some", name) for name in serving.names if name not in own}
    return {name: _sentence(str(words).replace("{value}", "so many")) for name, words in said.items()}


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
