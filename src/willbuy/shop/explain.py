"""What is wrong with a shop file, in one line: the key, the value, what was expected, the nearest right spelling."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from willbuy.errors import did_you_mean
from willbuy.shop import toml
from willbuy.shop.common import Common

_EXPECTED = {
    "string_type": "a text in quotes",
    "int_type": "a whole number",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list in square brackets",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "too_short": "at least one entry",
    "string_too_short": "a text that is not empty",
}
_LIMITS = {
    "greater_than_equal": ("{ge} or more", "ge"),
    "less_than_equal": ("{le} or less", "le"),
    "greater_than": ("more than {gt}", "gt"),
    "less_than": ("less than {lt}", "lt"),
}


def explain(
    model: type[BaseModel], content: Mapping[str, Any], error: ValidationError, prefix: str = ""
) -> str:
    """Return one mistake as one line: an unknown key before all else, since it may explain what is missing.

    Pydantic reports a value that may be one of several types once for each of them; those are put together.
    """
    found = sorted(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    first = found[0]
    path = _key_path(first["loc"], content)
    same = [one for one in found if _key_path(one["loc"], content) == path]
    name = prefix + dotted(path) if path else prefix.rstrip(".")
    if first["type"] == "extra_forbidden":
        return _unknown(model, path, name)
    if first["type"] == "missing":
        return _missing(model, path, name)
    value = first.get("input")
    shown = "" if isinstance(value, BaseModel | Mapping) else f" = {_short(value)}"
    if first["type"] == "value_error":
        reason = str(first["ctx"]["error"])
        return f"{name}{shown}: " * bool(name) + reason + "." * (reason[-1] not in "?.")
    return f"{name}{shown}: expected {' or '.join(dict.fromkeys(_expected(one) for one in same))}.{_nearest(same, value)}"


def dotted(path: Sequence[str | int]) -> str:
    """Write a key's path as in TOML; the entries of a list are counted from 1.

    >>> dotted(("source", "rules", 0, "kind")), dotted(("a b",))
    ('source.rules[1].kind', '"a b"')
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            bare = re.fullmatch(r"[A-Za-z0-9_-]{1,60}", part)
            text += ("." if text else "") + (part if bare else toml.quoted(part[:60]))
    return text


def _short(value: object) -> str:
    """The value as it is shown: cut when long, without the secret that an address may carry.

    >>> _short("https://ann:secret@host/path?token=secret")
    "'https://***@host/path?***'"
    >>> _short("host=db user=ann password=secret")
    "'host=db user=ann password=***'"
    """
    text = re.sub(r"://.*@", "://***@", repr(value))
    text = re.sub(r"(://[^?#\s]*)[?#].*(['\"])$", r"\1?***\2", text)
    text = re.sub(r"(?i)(passw(?:or)?d\s*=\s*).*(['\"])$", r"\1***\2", text)
    return text if len(text) <= 80 else text[:77] + "..."


def _key_path(location: Sequence[str | int], content: Any) -> tuple[str | int, ...]:
    """The part of a location that stands in the file; pydantic appends the names of types to it."""
    path: list[str | int] = []
    for part in location:
        here = isinstance(content, Mapping) and isinstance(part, str)
        inside = isinstance(content, list | tuple) and isinstance(part, int) and part < len(content)
        if not here and not inside:
            break
        path.append(part)
        content = content.get(part) if isinstance(content, Mapping) else content[part]
    return tuple(path)


def section_at(model: type[BaseModel], path: Sequence[str | int]) -> type[BaseModel] | None:
    """The model of the table at a path, None where there is none."""
    named = False  # inside a table whose keys are names of the user's own, such as [table.columns]
    for part in path:
        if isinstance(part, int) or named:
            named = False
            continue
        field = model.model_fields.get(part)
        found = _model_in(field.annotation) if field else None
        if field is None or found is None:
            return None
        model, named = found, get_origin(field.annotation) is dict
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)


def _unknown(model: type[BaseModel], path: Sequence[str | int], name: str) -> str:
    section = section_at(model, path[:-1]) or model
    known = list(section.sections() if issubclass(section, Common) else section.model_fields)
    near = did_you_mean(str(path[-1]), known)
    elsewhere = "" if near else _elsewhere(model, str(path[-1]))
    return f"unknown key {name}.{near or elsewhere} Known here: {', '.join(known)}."


def _elsewhere(model: type[BaseModel], key: str) -> str:
    """Where a key of this very name belongs: `within` at the top of the file belongs to [target]."""
    for name, field in model.model_fields.items():
        section = _model_in(field.annotation)
        if section and key in section.model_fields:
            return f" It belongs to [{name}]."
    return ""


def _missing(model: type[BaseModel], path: Sequence[str | int], name: str) -> str:
    section = section_at(model, path[:-1])
    field = section.model_fields.get(str(path[-1])) if section else None
    if field is not None and field.examples:
        return f"{name} is missing. Add it, for example: {path[-1]} = {toml.value(field.examples[0])}."
    return f"[{name}] is missing. Add that section; docs/shop-file.md explains its keys."


def _expected(error: Mapping[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "literal_error":
        words = _words(error)
        return f"one of {', '.join(map(repr, words))}" if len(words) > 1 else repr(words[0])
    if kind in _LIMITS:
        text, limit = _LIMITS[kind]
        return text.format(**{limit: context[limit]})
    return _EXPECTED.get(kind, str(error["msg"]))


def _words(error: Mapping[str, Any]) -> list[str]:
    """The words that a literal allows, out of pydantic's `'a', 'b' or 'c'`."""
    return re.findall(r"'([^']*)'", error["ctx"]["expected"])


def _nearest(errors: Sequence[Mapping[str, Any]], value: Any) -> str:
    if not isinstance(value, str):
        return ""
    known = [word for error in errors if error["type"] == "literal_error" for word in _words(error)]
    return did_you_mean(value, known)
