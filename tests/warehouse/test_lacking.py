"""What is not built for an engine is refused in the words that docs/engines.md shows, before anything is done."""

import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from willbuy.cli import app
from willbuy.warehouse.lacking import LACKING

WORDS = {
    "ingest --hold": "ingest --hold",
    "ingest --live": "ingest --live",
    "erase": "erase ann",
    "expire --days": "expire --days 30",
}
"""What is typed for a command of the list."""


@pytest.mark.parametrize(("command", "engine"), LACKING)
def test_a_command_that_is_not_built_says_so(command: str, engine: str, tmp_path: Path) -> None:
    file = tmp_path / "shop.toml"
    source = '[source]\nfiles = ["a.csv"]\n[source.columns]\nentity = "v"\ntime = "t"\nkind = "k"\n'
    kinds = '[source.kinds]\nview = ["view"]\npurchase = ["buy"]\n'
    file.write_text(
        f'{source}{kinds}[target]\nwithin = "7d"\n[storage]\nengine = "{engine}"\n', encoding="utf-8"
    )
    done = CliRunner().invoke(app, [*shlex.split(WORDS[command]), "--shop", str(file)])
    assert LACKING[command, engine] in str(done.exception)
    left = {path.name for path in (tmp_path / ".willbuy").rglob("*.sqlite")}
    assert not left & {"ledger.sqlite", "events.sqlite"}
