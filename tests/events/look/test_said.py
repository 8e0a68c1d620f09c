"""What is said on the command line; and every flag that a message of init tells to use is one."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from willbuy.cli import app
from willbuy.errors import ShopError
from willbuy.events.look.said import columns_said, kinds_said


@pytest.mark.parametrize("text", ["entity", "=cookie", "entity=", ""])
def test_half_a_pair(text: str) -> None:
    with pytest.raises(
        ShopError, match=r"expected a name on both sides of =, such as --column entity=cookie"
    ):
        columns_said([text])
    with pytest.raises(ShopError, match="such as --kind purchase=order"):
        kinds_said([text])


def test_a_field_that_is_said_twice() -> None:
    with pytest.raises(ShopError, match="--column entity is said twice: 'a' and 'b'"):
        columns_said(["entity=a", "entity=b"])


def test_every_flag_that_a_message_names_is_one(root: Path) -> None:
    texts = (path.read_text(encoding="utf-8") for path in (root / "src/willbuy/events/look").glob("*.py"))
    named = {flag for text in texts for flag in re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)}
    shown = (
        CliRunner().invoke(app, ["init", "--help"], env={"COLUMNS": "200", "TERMINAL_WIDTH": "200"}).output
    )
    assert len(named) > 8
    assert {flag for flag in named if not re.search(rf"(?<!\S){flag}(?!\S)", shown)} == set()
