"""Write TOML: what the standard library only reads."""

import re
from collections.abc import Mapping
from typing import Any

from willbuy.durations import Duration


def quoted(text: str) -> str:
    r"""Write a basic string.

    >>> quoted('say "hi"')
    '"say \\"hi\\""'
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(_character(c) for c in escaped) + '"'


def key(name: str) -> str:
    """Write a key, in quotes where TOML wants them.

    >>> key("starts_with"), key("too_good:paid")
    ('starts_with', '"too_good:paid"')
    """
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else quoted(name)


def value(content: Any) -> str:
    """Write a value: text, number, true or false, list, inline table.

    >>> value({"starts_with": "C", "at": [1, 2.5, True]})
    '{ starts_with = "C", at = [1, 2.5, true] }'
    """
    if isinstance(content, bool):
        return "true" if content else "false"
    if isinstance(content, str | Duration):
        return quoted(str(content))
    if isinstance(content, Mapping):
        return f"{{ {', '.join(f'{key(name)} = {value(inner)}' for name, inner in content.items())} }}"
    if isinstance(content, list | tuple):
        return f"[{', '.join(value(inner) for inner in content)}]"
    return repr(content)


def comment(text: str) -> str:
    """Write a comment line; what cannot be printed, such as a line break in a column's name, is escaped.

    >>> comment("a\\nb")
    '# a\\\\nb'
    """
    return "# " + "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _character(c: str) -> str:
    if c.isprintable():
        return c
    return f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"
