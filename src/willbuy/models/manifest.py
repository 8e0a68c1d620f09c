"""The manifest of a bundle: one canonical JSON text, whose SHA-256 is the bundle's id.

Canonical: keys sorted, indented by one space, ASCII, numbers as Python writes them, a newline at the end. The same
content is the same bytes. `checksum` is the SHA-256 of the manifest without it: accidents are found even by who
does not know the id; only the id shows that nobody else wrote it.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from willbuy.errors import BundleError

FORMAT = 2  # 2: covers of nodes and shares of nulls, which contributions need
LARGEST_MANIFEST = 16 << 20  # bytes


def sha256(content: bytes) -> str:
    """The SHA-256 in hexadecimal.

    >>> sha256(b"")[:16]
    'e3b0c44298fc1c14'
    """
    return hashlib.sha256(content).hexdigest()


def canonical(value: Any) -> bytes:
    """The canonical JSON text of a value that `plain` returned."""
    text = json.dumps(value, sort_keys=True, indent=1, ensure_ascii=True, allow_nan=False)
    return f"{text}\n".encode("ascii")


def plain(value: Any, where: str = "manifest") -> Any:
    """The value in JSON's own types: tuples, numpy's numbers and arrays, moments become plain; NaN becomes null.

    >>> import numpy as np
    >>> plain({"auc": np.float64(0.5), "parts": (1, float("nan"))})
    {'auc': 0.5, 'parts': [1, None]}
    """
    if hasattr(value, "tolist"):  # numpy's numbers and arrays
        value = value.tolist()
    if isinstance(value, Mapping):
        return {_key(key, where): plain(inner, f"{where}.{key}") for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner, f"{where}[{number}]") for number, inner in enumerate(value)]
    if isinstance(value, float):
        return _finite(value, where)
    if value is None or isinstance(value, bool | int | str):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"{where} is a {type(value).__name__}; expected what JSON can say")


def _key(key: Any, where: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"{where} has the key {key!r}; expected text")
    return key


def _finite(value: float, where: str) -> float | None:
    if math.isinf(value):
        raise ValueError(f"{where} is infinite; expected a number")
    return None if math.isnan(value) else value


def seal(content: Mapping[str, Any]) -> bytes:
    """The manifest's bytes, its own checksum included."""
    body = plain(dict(content))
    return canonical({**body, "checksum": sha256(canonical(body))})


def parse(content: bytes) -> dict[str, Any]:
    """The manifest. Raises BundleError unless these are exactly the bytes that `seal` writes for it."""
    try:
        manifest = json.loads(content.decode("ascii"), object_pairs_hook=_unique, parse_constant=_no_constant)
        if not isinstance(manifest, dict):
            raise BundleError("manifest.json is no JSON object")
        _check_format(manifest)
        body = {key: value for key, value in manifest.items() if key != "checksum"}
        if canonical(manifest) != content or manifest.get("checksum") != sha256(canonical(body)):
            raise BundleError("manifest.json was changed after it was written: its checksum does not hold")
    except (ValueError, RecursionError) as error:
        raise BundleError(f"manifest.json cannot be read: {error}") from error
    return manifest


def _check_format(manifest: dict[str, Any]) -> None:
    found = manifest.get("format")
    if found != FORMAT or isinstance(found, bool):
        raise BundleError(
            f"the bundle has format {str(found)[:20]}; this version reads format {FORMAT}. "
            "Train again, or use the version that wrote it"
        )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise ValueError("a key stands twice")
    return mapping


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def platform() -> dict[str, str]:
    """What can move a last bit of a score: the system, the processor's family and numpy's version."""
    import platform as standard

    import numpy as np

    return {"system": standard.system(), "machine": standard.machine(), "numpy": np.__version__}


def libraries() -> dict[str, str]:
    """The versions of what training uses, where installed; nothing is imported for it."""
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in ("duckdb", "numpy", "pandas", "scikit-learn", "scipy", "xgboost", "xgboost-cpu"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
