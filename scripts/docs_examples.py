"""Run the examples of README.md and docs/, and put what they print under them.

A page is a session in a folder of its own: its ```console blocks run from top to bottom. A line that begins with `$ ` is a
command, the lines below it are what it prints; `docs_compare.py` says what may differ.
A comment `<!-- run: COMMAND -->` runs a command that the reader does not see; `<!-- serve: OPTIONS -->` starts a service that
the examples below it ask (`docs_server.py`). ```python blocks run, ```js blocks too where there is Node.

`python -m scripts.docs_examples --write` writes the pages anew; without it, the pages that are not current are named.
"""

import contextlib
import difflib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from scripts.docs_compare import renewed
from scripts.docs_server import SHOWN, Server
from willbuy import cli

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```(?P<language>[a-z]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
HIDDEN = re.compile(r"^<!-- (?P<verb>run|serve):(?P<command>[^\n]*)-->$", re.MULTILINE)
STEP = re.compile(f"{BLOCK.pattern}|{HIDDEN.pattern}", re.MULTILINE | re.DOTALL)
SHELL = set("|&;<>*$`")
READING = ("head ", "cut ", "willbuy features")
"""Commands that change nothing."""
WIDTH = "120"
PROGRAMS = {"python": shlex.quote(sys.executable), "js": "node --input-type=module"}


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: its language, its text, the line it begins at."""

    language: str
    body: str
    line: int


@dataclass
class Kept:
    """Folders as a training left them, for another page that has run the same commands up to there: it takes minutes."""

    place: Path
    said: dict[tuple[str, ...], str] = field(default_factory=dict)

    def train(self, before: tuple[str, ...], folder: Path, run: Callable[[], str]) -> str:
        """What `willbuy train` prints after these commands; the folder is then as it leaves it."""
        copy = self.place / str([*self.said, before].index(before))
        if before in self.said:
            shutil.rmtree(folder)
            shutil.copytree(copy, folder)
        else:
            self.said[before] = run()
            shutil.copytree(folder, copy)
        return self.said[before]


def pages() -> list[Path]:
    """README.md and every page under docs/."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: str) -> Iterator[Block]:
    """The fenced blocks of a page."""
    for found in BLOCK.finditer(page):
        yield Block(found["language"], found["body"], page.count("\n", 0, found.start()) + 1)


def render(page: str, folder: Path, kept: Kept | None = None) -> str:
    """Run a page's commands in a folder. Returns the page with the outputs that differ written anew."""

    servers: list[Server] = []
    before: list[str] = []

    def step(found: re.Match[str]) -> str:
        if found["verb"] == "serve":
            servers.append(Server(shlex.split(found["command"]), folder, _environment()))
        elif found["verb"] == "run":
            at(found["command"].strip())
        elif found["language"] in PROGRAMS:
            if shutil.which(PROGRAMS[found["language"]].split()[0]):
                at(
                    f"{PROGRAMS[found['language']]} - <<'END_OF_BLOCK'\n{found['body']}END_OF_BLOCK",
                    mistakes=False,
                )
        elif found["language"] == "console":
            return f"```console\n{_session(found['body'], at)}```"
        return found[0]

    def at(command: str, mistakes: bool = True) -> str:
        """Run a command, asking the service that runs where it names the address that a service has by default."""
        address = servers[-1].address if servers else SHOWN

        def printed() -> str:
            return run(command.replace(SHOWN, address), folder, mistakes).replace(address, SHOWN)

        if not command.startswith(READING):
            before.append(command.strip())
        if kept and command.strip() == "willbuy train":
            return kept.train(tuple(before), folder, printed)
        return printed()

    try:
        return STEP.sub(step, page)
    finally:
        for server in servers:
            server.stop()


def _session(body: str, run: Callable[[str], str]) -> str:
    parts = re.split(r"^\$ (.*\n(?:> .*\n)*)", body, flags=re.MULTILINE)
    if parts[0]:
        raise ValueError(f"a console block begins with a command, `$ `, not with {parts[0]!r}")
    text = ""
    for command, shown in zip(parts[1::2], parts[2::2], strict=True):
        printed = run(command.replace("\n> ", "\n"))
        lines = renewed(shown, printed) if printed else []
        text += f"$ {command}" + "".join(f"{line}\n" for line in lines)
    return text


def run(command: str, folder: Path, mistakes: bool = True) -> str:
    """Run one command line in a folder and return what it printed, errors included.

    `willbuy` runs in this process, which spares its imports. Raises RuntimeError where a command fails without saying
    `error:`, that is, where the page does not mean to show a mistake; with `mistakes` false, wherever it fails.
    """
    words = shlex.split(command) if not set(command) & SHELL else []
    if words[:1] == ["willbuy"]:
        output, code = _in_process(words[1:], folder)
    else:
        output, code = _in_shell(command, folder)
    if code and not (mistakes and "error:" in output.lower()):
        raise RuntimeError(f"`{command.strip()}` ended with exit code {code}:\n{output}")
    return "\n".join(line.rstrip() for line in output.splitlines()) + "\n" * bool(output)


def _in_process(arguments: list[str], folder: Path) -> tuple[str, int]:
    output = io.StringIO()
    before = os.environ.get("COLUMNS"), sys.argv
    code = 0
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output), contextlib.chdir(folder):
        os.environ["COLUMNS"], sys.argv = WIDTH, ["willbuy", *arguments]
        try:
            cli.main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        finally:
            sys.argv = before[1]
            os.environ.pop("COLUMNS") if before[0] is None else os.environ.update(COLUMNS=before[0])
    return output.getvalue(), code


def _in_shell(command: str, folder: Path) -> tuple[str, int]:
    python = shlex.quote(sys.executable)
    functions = f'python() {{ {python} "$@"; }}\nwillbuy() {{ {python} -m willbuy "$@"; }}'
    script = f"set -e\n{functions}\n{command}"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**os.environ, **_environment()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout, done.returncode


def _environment() -> dict[str, str]:
    return {"COLUMNS": WIDTH, "PYTHONPATH": str(ROOT / "src")}


def main() -> int:
    """Run every page; write those that differ, or name them and return 1."""
    write, stale = "--write" in sys.argv[1:], []
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # small shops: threads would only wait for each other
    for path in pages():
        page = path.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            now = render(page, Path(folder))
        if now != page:
            stale.append(path.name)
            lines = difflib.unified_diff(
                page.splitlines(), now.splitlines(), path.name, "now", lineterm="", n=1
            )
            print("\n".join(lines))
            if write:
                path.write_text(now, encoding="utf-8")
    if stale:
        print(("Wrote " if write else "Not current, run `make docs`: ") + ", ".join(stale))
    return 1 if stale and not write else 0


if __name__ == "__main__":
    sys.exit(main())
