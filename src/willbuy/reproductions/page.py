"""A page of parts, each written by the command that its marks name; what stands outside of them is left alone."""

import re
from pathlib import Path


def put_part(page: Path, name: str, text: str) -> None:
    """Write the part `name` into a page: between its marks, or at the end of a page that has none."""
    before = page.read_text(encoding="utf-8") if page.exists() else ""
    page.write_text(with_part(before, name, text), encoding="utf-8")


def with_part(page: str, name: str, text: str) -> str:
    """The page with the part `name` put in, or renewed.

    >>> once = with_part("# Results", "reproduce a", "0.9")
    >>> with_part(once, "reproduce a", "0.8") == with_part("# Results", "reproduce a", "0.8")
    True
    """
    first, last = f"<!-- part: {name} -->", f"<!-- end: {name} -->"
    part = f"{first}\n{text.strip()}\n{last}\n"
    marked = re.compile(f"{re.escape(first)}\n.*?{re.escape(last)}\n", re.DOTALL)
    if marked.search(page):
        return marked.sub(lambda _: part, page)
    return f"{page.rstrip()}\n\n{part}" if page.strip() else part
