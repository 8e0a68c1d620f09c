"""The charts of a report's page as PNG, for places that show pictures."""

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

WIDTH, SCALE = 720, 1.5  # pixels of a chart, and pictures' pixels for each


def pictures(page: str) -> Iterator[tuple[str, bytes]]:
    """Every chart of a page as (name, PNG): the name is its section's, numbered where there are more than one."""
    import vl_convert

    for name, spec in charts(page):
        drawn = {**spec, "width": WIDTH}
        drawn["config"] = {**spec.get("config", {}), "background": "white"}
        yield name, vl_convert.vegalite_to_png(drawn, scale=SCALE)


def charts(page: str) -> list[tuple[str, dict[str, Any]]]:
    """Every chart of a page as (name, Vega-Lite spec), in the order of reading.

    >>> page = '<section id="a"><script type="application/json">{"mark":"bar"}</script></section>'
    >>> charts(page)
    [('a', {'mark': 'bar'})]
    """
    reader = _Reader()
    reader.feed(page)
    names = [name for name, _ in reader.found]
    found = []
    for number, (name, spec) in enumerate(reader.found):
        place = names[: number + 1].count(name)
        found.append((f"{name}-{place}" if names.count(name) > 1 else name, spec))
    return found


class _Reader(HTMLParser):
    """Collects the specs that stand in the page, each with the section it stands in."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, Any]]] = []
        self._section = "chart"
        self._spec: str | None = None  # the text of the spec that is being read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "section":
            self._section = given.get("id") or "chart"
        if tag == "script" and given.get("type") == "application/json":
            self._spec = ""

    def handle_data(self, data: str) -> None:
        if self._spec is not None:
            self._spec += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._spec is not None:
            self.found.append((self._section, json.loads(self._spec)))
            self._spec = None
