"""The OpenAPI file as one page of plain HTML: no script, no font, no request to anybody."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

TAGS = ("scores", "events", "visitors", "model", "health")
STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2430;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2.2rem;border-top:1px solid #d5dae2;padding-top:1rem}
code,pre{font-family:ui-monospace,monospace;font-size:.88rem}pre{background:#f4f6f9;padding:.7rem;overflow:auto}
.m{display:inline-block;min-width:3.6rem;font-weight:600;color:#0b5cad}table{border-collapse:collapse;width:100%;margin-bottom:1rem}
th,td{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid #e6e9ee}
@media(prefers-color-scheme:dark){body{background:#14181f;color:#e4e8ee}pre{background:#1d232d}h2,th,td{border-color:#303845}
.m{color:#7fb6f0}}
"""


def page(spec: Mapping[str, Any]) -> str:
    """The page of an OpenAPI file; every text in it is escaped."""
    info = spec["info"]
    parts = [
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{escape(info.get('description', ''))}</p>",
        '<p><a href="openapi.json">openapi.json</a></p>',
        *(_operation(spec, path, method, found) for path, method, found in _operations(spec)),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>willbuy: the API</title>'
        '<meta name="viewport" content="width=device-width"><style>'
        f"{STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )


def _operations(spec: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """The operations that programs ask for, by what they are about."""
    every = [
        (path, method, found) for path, methods in spec["paths"].items() for method, found in methods.items()
    ]
    for tag in TAGS:
        yield from (one for one in every if one[2].get("tags") == [tag])


def _operation(spec: Mapping[str, Any], path: str, method: str, found: Mapping[str, Any]) -> str:
    said = found.get("description", "")
    parts = [
        f'<h2><span class="m">{escape(method.upper())}</span> <code>{escape(path)}</code></h2>',
        f"<p>{escape(found.get('summary', ''))} {escape(said)}</p>",
        _rows(
            "Parameter",
            [(one["name"], one["schema"], one.get("description", "")) for one in found.get("parameters", [])],
        ),
    ]
    if "requestBody" in found:
        parts.append(_body(spec, found["requestBody"]))
    parts.append(_answer(spec, found["responses"]))
    statuses = sorted(found["responses"].items())
    answers = [
        f"<li><code>{escape(status)}</code> {escape(one['description'])}</li>" for status, one in statuses
    ]
    return "".join([*parts, f"<ul>{''.join(answers)}</ul>"])


def _answer(spec: Mapping[str, Any], responses: Mapping[str, Any]) -> str:
    """The fields of the answer that was asked for, where it is an object."""
    asked: Mapping[str, Any] = next(
        (one for status, one in sorted(responses.items()) if status.startswith("2")), {}
    )
    schema = _resolved(spec, asked.get("content", {}).get("application/json", {}).get("schema", {}))
    fields = schema.get("properties", {}).items()
    return _rows("Answer", [(name, one, one.get("description", "")) for name, one in fields])


def _body(spec: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    """The fields of a body, those of its first form where it has several, and an example made of theirs."""
    schema = _resolved(spec, body["content"]["application/json"]["schema"])
    schema = _resolved(spec, schema["anyOf"][0]) if "anyOf" in schema else schema
    fields = [(name, one, one.get("description", "")) for name, one in schema.get("properties", {}).items()]
    example = {
        name: one["examples"][0] for name, one in schema.get("properties", {}).items() if one.get("examples")
    }
    shown = f"<pre>{escape(json.dumps(example, indent=1))}</pre>" if example else ""
    return _rows("Field", fields) + shown


def _rows(head: str, rows: list[tuple[str, Mapping[str, Any], str]]) -> str:
    if not rows:
        return ""
    lines = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(_kind(schema))}</td><td>{escape(words)}</td></tr>"
        for name, schema, words in rows
    )
    return f"<table><thead><tr><th>{head}</th><th>Type</th><th>Meaning</th></tr></thead><tbody>{lines}</tbody></table>"


def _kind(schema: Mapping[str, Any]) -> str:
    """A schema's type in a word or two."""
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(one) for one in schema["anyOf"]))
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("type") or " or ".join(map(str, schema.get("enum", ["anything"]))))


def _resolved(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    name = str(schema.get("$ref", "")).rsplit("/", 1)[-1]
    found: Mapping[str, Any] = spec["components"]["schemas"][name] if name else schema
    return found
