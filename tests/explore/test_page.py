"""The page: nothing from anywhere else, a chart's sentence beside it, hostile names made harmless."""

import re
from pathlib import Path
from typing import Any

import pytest

from evaluation.test_report import Reader
from events.shops import some_rows
from explore.small import explored
from willbuy.explore.page import page, write_page


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return explored(tmp_path_factory.mktemp("page"), some_rows(30_000, people=400))


def sentences(found: Any) -> list[str]:
    """Every sentence among the numbers."""
    if not isinstance(found, dict):
        return []
    own = [text for name, text in found.items() if name.startswith("says")]
    return own + [text for part in found.values() for text in sentences(part)]


def test_the_page_asks_nothing_of_the_network(found: dict[str, Any]) -> None:
    read = Reader(page(found))
    assert not read.open, "every element is closed"
    names = {name for name, _ in read.attributes}
    assert not names & {"src", "href", "srcset", "data", "action", "background", "poster"}
    assert not any(re.search(r"https?:|url\(|@import", style) for style in read.styles)
    assert not any("http" in str(spec) for spec in read.specs)
    assert len(read.specs) >= 10


def test_the_page_shows_every_sentence(found: dict[str, Any]) -> None:
    text = " ".join(Reader(page(found)).text).replace("\u00a0", " ")
    told = sentences(found)
    assert len(told) > 15
    assert [one for one in told if one not in text] == []


def test_every_chart_has_axes_with_titles_or_names(found: dict[str, Any]) -> None:
    for spec in Reader(page(found)).specs:
        layers = spec.get("layer", [spec])
        axes = [
            layer["encoding"][axis] for layer in layers for axis in ("x", "y") if axis in layer["encoding"]
        ]
        titled = [axis.get("title") or (axis.get("axis") or {}).get("title") for axis in axes]
        assert any(titled), f"no axis says what it shows: {layers[0]['encoding']}"


def test_a_hostile_name_stays_text(found: dict[str, Any]) -> None:
    text_of_page = page({**found, "shop": '</title><script>alert("x")</script>'})
    assert "<script>alert" not in text_of_page


def test_the_page_is_written_whole(found: dict[str, Any], tmp_path: Path) -> None:
    write_page(found, tmp_path / "explore.html")
    assert (tmp_path / "explore.html").read_text(encoding="utf-8").endswith("</html>")
    assert list(tmp_path.iterdir()) == [tmp_path / "explore.html"]
