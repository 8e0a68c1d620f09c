"""Make docs/cli.md from what `willbuy --help` says. `--write` writes it; without, tell whether it is current."""

import shlex
import sys
from pathlib import Path

from scripts.docs_examples import run
from willbuy.cli import app

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "cli.md"

INTRODUCTION = """# The command line

This page is made from `willbuy --help` by `make docs`; a test fails when it is not current.

Every command reads `shop.toml` in the current folder unless `--shop FILE` says otherwise, and keeps its state in
`.willbuy/` beside that file. A mistake that you can mend ends with one line that begins with `error:` and exit code 2;
`--debug` shows the traceback. A fault of willbuy's own ends with exit code 1.
"""


def commands() -> list[str]:
    """The names of the commands, in the order in which `willbuy --help` lists them."""
    return [str(entry.name or getattr(entry.callback, "__name__", "")) for entry in app.registered_commands]


def help_text(*command: str) -> str:
    """What `willbuy COMMAND --help` prints."""
    return run(shlex.join(["willbuy", *command, "--help"]), ROOT).strip()


def reference() -> str:
    """The whole page."""
    parts = [INTRODUCTION, f"```text\n{help_text()}\n```\n"]
    parts += [f"## willbuy {name}\n\n```text\n{help_text(name)}\n```\n" for name in commands()]
    return "\n".join(parts)


def main() -> int:
    """Write the page, or return 1 where it is not current."""
    page = reference()
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page, encoding="utf-8")
        return 0
    current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page
    if not current:
        sys.stderr.write("docs/cli.md is not what `willbuy --help` says. Run: make docs\n")
    return 0 if current else 1


if __name__ == "__main__":
    sys.exit(main())
