"""The docs are true: every example runs and prints what the page shows, every link leads somewhere, no command is missing."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

from scripts import cli_reference
from scripts.docs_examples import Kept, blocks, pages, render
from willbuy.shop import Shop, TableShop
from willbuy.shop.beneath import with_table_preset

ROOT = Path(__file__).resolve().parent.parent
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
PAGES = [pytest.param(path, id=path.name) for path in pages()]
LANGUAGES = {
    "console": "runs, and its output is compared",
    "python": "runs",
    "js": "runs where there is Node",
    "toml": "is checked as a part of a shop file",
    "sh": "is an installation or a make target, which other tests run",
    "sql": "is for whoever runs the server; the tests make their role with the same rights",
    "text": "is no example",
}
INSTALLING = {("git", "clone"), ("cd",), ("pip", "install"), ("python3", "-m", "venv"), (".ci/run",)}


def test_there_are_pages() -> None:
    assert {"README.md", "index.md", "tutorial.md", "cli.md", "architecture.md", "honesty.md"} <= {
        p.name for p in pages()
    }


def test_the_cli_reference_is_current() -> None:
    shown = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert shown == cli_reference.reference(), "docs/cli.md is not what --help says; run: make docs"
    assert all(f"## willbuy {name}\n" in shown for name in cli_reference.commands())


@pytest.mark.parametrize("path", PAGES)
def test_every_block_is_of_a_kind_that_is_checked(path: Path) -> None:
    unknown = [
        f"line {b.line}: ```{b.language}"
        for b in blocks(path.read_text(encoding="utf-8"))
        if b.language not in LANGUAGES
    ]
    assert unknown == []


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """README.md and the tutorial train the same shop."""
    return Kept(tmp_path_factory.mktemp("kept"))


@pytest.mark.parametrize("path", PAGES)
def test_every_example_prints_what_the_page_shows(path: Path, tmp_path: Path, kept: Kept) -> None:
    page = path.read_text(encoding="utf-8")
    assert render(page, tmp_path, kept) == page, (
        f"{path.name} shows what the commands no longer print; run: make docs"
    )


@pytest.mark.parametrize("path", PAGES)
def test_shell_blocks_install_or_make(path: Path) -> None:
    for block in blocks(path.read_text(encoding="utf-8")):
        for line in block.body.splitlines() if block.language == "sh" else []:
            words = shlex.split(line, comments=True)
            if words[:1] == ["make"]:
                assert {word for word in words[1:] if "=" not in word} <= TARGETS, line
            elif words:
                assert any(tuple(words[: len(known)]) == known for known in INSTALLING), (
                    f"who checks {line!r}?"
                )


def merged(base: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    both = dict(base)
    for key, value in part.items():
        both[key] = (
            merged(both[key], value) if isinstance(value, dict) and isinstance(both.get(key), dict) else value
        )
    return both


@pytest.mark.parametrize("path", PAGES)
def test_every_toml_block_is_part_of_a_shop_file(path: Path) -> None:
    smallest = {"source": {"files": ["events.csv"], "preset": "retailrocket"}, "target": {"within": "7d"}}
    for block in blocks(path.read_text(encoding="utf-8")):
        if block.language != "toml":
            continue
        content = tomllib.loads(block.body)
        if "table" in content:
            whole = with_table_preset(merged({"table": {"target": "Revenue"}}, content))
            TableShop.model_validate(whole)
        else:
            Shop.model_validate(merged(smallest, content))


def anchors_of(page: str) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", page, flags=re.MULTILINE)
    return {re.sub(r"[^a-z0-9 _-]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", PAGES)
def test_every_link_leads_somewhere(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", page):
        link = next(filter(None, target))
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        found = (path.parent / name).resolve() if name else path
        assert found.exists(), f"{path.name}: no {link}"
        if anchor:
            assert anchor in anchors_of(found.read_text(encoding="utf-8")), (
                f"{path.name}: no heading for {link}"
            )


NAMED = re.compile(r"`((?:src|tests|docs|scripts|benchmarks)/[\w./-]*)(?:::(\w+)(?:\[[^]`]*\])?)?`")


@pytest.mark.parametrize("path", PAGES)
def test_every_path_and_test_that_is_named_exists(path: Path) -> None:
    """A page that names `src/...` or `tests/...::test_...` names something that is there."""
    for name, test in NAMED.findall(path.read_text(encoding="utf-8")):
        assert (ROOT / name).exists(), f"{path.name} names {name}, which is not there"
        if test:
            assert f"def {test}(" in (ROOT / name).read_text(encoding="utf-8"), (
                f"{path.name}: no {test} in {name}"
            )
