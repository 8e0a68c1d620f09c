"""Declarations as JSON and back: what a bundle keeps and a shop file writes."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from willbuy.durations import Duration
from willbuy.errors import ShopError, did_you_mean
from willbuy.features.algebra.feature import Feature, registry
from willbuy.features.algebra.window import Window


def feature_to_spec(feature: Feature) -> dict[str, Any]:
    """Return a declaration as JSON; what has its default is left out.

    >>> from willbuy.features.algebra.count import Count
    >>> feature_to_spec(Count("view", "7d"))
    {'feature': 'count', 'kinds': ['view'], 'window': '7d'}
    """
    spec: dict[str, Any] = {"feature": feature.key}
    for field in dataclasses.fields(feature):
        value = getattr(feature, field.name)
        if value != field.default:
            spec[field.name] = _to_json(value)
    return spec


def feature_from_spec(spec: Mapping[str, Any]) -> Feature:
    """Read a declaration back, from a bundle or a shop file.

    Raises ShopError that names an unknown feature or key, and the nearest right spelling.

    >>> feature_from_spec({"feature": "count", "kinds": ["view"], "window": "7d"}).name
    'count_view_7d'
    """
    key = spec.get("feature")
    known = registry()
    if key not in known:
        hint = did_you_mean(str(key), known)
        raise ShopError(f"{key!r} is no feature; known are {', '.join(known)}.{hint}")
    kind = known[str(key)]
    names = [field.name for field in dataclasses.fields(kind)]
    for name in spec:
        if name not in names and name != "feature":
            hint = did_you_mean(name, names)
            raise ShopError(
                f"feature {key!r} has no {name!r}; it has {', '.join(names) or 'no settings'}.{hint}"
            )
    values = {name: _from_json(value) for name, value in spec.items() if name != "feature"}
    required = [field.name for field in dataclasses.fields(kind) if field.default is dataclasses.MISSING]
    for name in required:
        if name not in values:
            raise ShopError(f"feature {key!r} needs {name!r}")
    try:
        return kind(**values)
    except (TypeError, AttributeError) as error:
        raise ShopError(f"feature {key!r}: {error}") from error


def _to_json(value: Any) -> Any:
    if isinstance(value, Feature):
        return feature_to_spec(value)
    if isinstance(value, Window):
        return value.text
    if isinstance(value, Duration):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _from_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return feature_from_spec(value)
    return tuple(value) if isinstance(value, list) else value
