"""Whether what a page shows is what a command printed, and how the page looks when it is made anew.

`...` alone on a line stands for any lines, `...` within a line for any text. Decimals may differ a little, since another
Python trains a slightly different model; times in seconds and rates may differ at will; whole numbers and words may not.
"""

import re
from difflib import SequenceMatcher

NUMBER = re.compile(r"(\d[\d,]*(?:\.\d+)?)")
SECONDS = re.compile(r"\d[\d,.]*(?= ?(?:s|ms|min|rows/s|MB|MB/s)\b)")
TOLERANCE = 0.05


def same(shown: str, printed: str) -> bool:
    """Whether a page shows what was printed.

    >>> same("AP 0.312 [0.29, 0.33] in 4 s", "AP 0.318 [0.29, 0.34] in 97 s")
    True
    >>> same("read 100 rows", "read 101 rows")
    False
    >>> same("first\\n...\\nlast", "first\\nsecond\\nthird\\nlast")
    True
    """
    return renewed(shown, printed) == _lines(shown)


def renewed(shown: str, printed: str) -> list[str]:
    """The lines to show for what was printed: the old ones where all of them are still true, else new ones; `...` stays.

    >>> renewed("all\\n...\\nread 100 rows\\n...", "all\\nopen\\nread 101 rows\\nclose")
    ['all', '...', 'read 101 rows', '...']
    """
    old, new = _aligned(_lines(shown), _lines(printed))
    true = len(old) == len(new) and all(map(_line_same, old, new))
    return (
        old
        if true
        else [line if "..." in line and _line_same(line, now) else now for line, now in _pairs(old, new)]
    )


def _aligned(shown: list[str], printed: list[str]) -> tuple[list[str], list[str]]:
    """The shown lines and the printed ones, with `...` put where the page leaves lines out."""
    head, *others = _parts(shown)
    if not others or len(printed) < len(shown) - len(others):
        return shown, printed
    *middle, tail = others
    end = len(printed) - len(tail)
    text, rest = printed[: len(head)], printed[len(head) : end]
    for part in middle:
        at = max(range(len(rest) - len(part) + 1), key=lambda n: _likeness(part, rest[n:]), default=0)
        text += ["...", *rest[at : at + len(part)]]
        rest = rest[at + len(part) :]
    return shown, [*text, "...", *printed[end:]]


def _pairs(old: list[str], new: list[str]) -> list[tuple[str, str]]:
    return list(zip(old, new, strict=True)) if len(old) == len(new) else [("", line) for line in new]


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip("\n").split("\n")]


def _parts(lines: list[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for line in lines:
        if line.strip() == "...":
            parts.append([])
        else:
            parts[-1].append(line)
    return parts


def _likeness(part: list[str], lines: list[str]) -> float:
    return sum(
        2.0 if _line_same(old, new) else SequenceMatcher(None, old, new).ratio()
        for old, new in zip(part, lines, strict=False)
    )


def _line_same(shown: str, printed: str) -> bool:
    shown, printed = (" ".join(SECONDS.sub("0", line).split()) for line in (shown, printed))
    if "..." in shown:
        pattern = ".*".join(re.escape(part) for part in shown.split("..."))
        return re.fullmatch(pattern, printed) is not None
    want, got = NUMBER.split(shown), NUMBER.split(printed)
    return len(want) == len(got) and all(map(_token_same, want, got))


def _token_same(want: str, got: str) -> bool:
    if "." not in want or not NUMBER.fullmatch(want) or not NUMBER.fullmatch(got):
        return want.strip() == got.strip()
    one, other = (float(text.replace(",", "")) for text in (want, got))
    return abs(one - other) <= max(TOLERANCE, TOLERANCE * abs(one))
