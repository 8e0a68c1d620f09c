"""The rules of the house, tried on every file: no pickle, no clock, imports that run downwards, docstrings, small files."""

import ast
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "willbuy"
MODULES = sorted(SOURCE.rglob("*.py"))
PYTHON_FILES = sorted(
    p for room in ("src", "tests", "scripts", "benchmarks") for p in (ROOT / room).rglob("*.py")
)
TEXT_SUFFIXES = {
    ".py",
    ".md",
    ".toml",
    ".yml",
    ".yaml",
    ".txt",
    ".lock",
    ".svg",
    ".json",
    ".sh",
    ".sql",
    ".service",
    "",
}

FLOORS = (
    {"errors", "durations", "progress", "durable", "processes"},
    {"events.canonical"},
    {"shop"},
    {"warehouse", "runs", "moments", "audit", "hashed_ids"},
    {"events", "features", "models"},
    {"snapshots", "fitted", "offers", "tables", "events.live"},
    {"backtest", "evaluation", "store"},
    {"doctor", "explore", "registry", "monitor"},
    {"pipeline", "scoring", "reporting"},
    {"tracking", "parity", "privacy"},
    {"service.wire"},
    {"service.gate"},
    {"service", "client", "flows", "reproductions"},
    {"commands"},
    {"cli"},
    {"__main__"},
)
"""The rooms, from the ground up. A file may import its own room and lower floors: so the rooms of one floor do not
know each other, features know nothing of models, models nothing of events, and nobody imports cli or service."""

OWN_ROOM = {
    "events.canonical": "events.canonical",
    "events.live": "events.live",
    "fitted_live": "fitted",
    "service.wire": "service.wire",
    "service.gate": "service.gate",
}
"""Files that live in another room than their name says: the canonical event is known to all."""

SERVING = (
    "willbuy.models.bundle",
    "willbuy.models.scorers",
    "willbuy.models.prepare",
    "willbuy.models.calibrators",
    "willbuy.features.live",
    "willbuy.events.live",
    "willbuy.fitted_live",
    "willbuy.offers.bands",
    "willbuy.store",
    "willbuy.audit",
    "willbuy.registry.pointer",
    "willbuy.registry.loading",
    "willbuy.registry.proof",
    "willbuy.service.app",
    "willbuy.service.holder",
    "willbuy.store.predictions",
    "willbuy.store.postgres.store",
    "willbuy.store.postgres.answers",
    "willbuy.service.workers.supervisor",
    "willbuy.service.shadow",
    "willbuy.hashed_ids",
)
TRAINING_ONLY = {
    "pandas",
    "sklearn",
    "optuna",
    "xgboost",
    "duckdb",
    "scipy",
    "altair",
    "sqlalchemy",
    "alembic",
}
SLOW_TO_IMPORT = TRAINING_ONLY | {"numpy", "mlflow", "sqlalchemy"}


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """A file, parsed once for all rules."""
    return ast.parse(path.read_text(encoding="utf-8"))


def module_of(path: Path) -> str:
    """The dotted name of a module below `willbuy.`."""
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts)


def room_of(module: str) -> str:
    """The room of a dotted module below willbuy: `events.silver` lives in `events`, `events.canonical` in its own."""
    first, _, rest = module.partition(".")
    return OWN_ROOM.get(f"{first}.{rest.partition('.')[0]}") or OWN_ROOM.get(first, first)


def floor_of(room: str) -> int:
    for number, rooms in enumerate(FLOORS):
        if room in rooms:
            return number
    raise AssertionError(f"the room {room!r} stands on no floor: add it to FLOORS in tests/test_house.py")


def imports_of(path: Path) -> Iterator[str]:
    """Every willbuy module that a file imports, at the top, inside a function or for types only, below `willbuy.`."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{label(path)}: write the whole name, not a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name.removeprefix("willbuy.") for name in names if name.startswith("willbuy."))


def test_there_is_something_to_check() -> None:
    assert len(MODULES) > 10


def upward(path: Path) -> Iterator[str]:
    """The imports of a file that do not run downwards."""
    own = room_of(module_of(path))
    if own == "__init__":
        own = "errors"  # the package itself is ground floor: importing willbuy must import nothing
    for module in imports_of(path):
        if module == "__version__":
            continue
        theirs = room_of(module)
        if not (theirs == own or floor_of(theirs) < floor_of(own)):
            yield f"{label(path)} in the room {own!r} imports willbuy.{module}: imports run downwards only"


def test_imports_run_downwards() -> None:
    assert [said for path in MODULES for said in upward(path)] == []


PICKLES = {"pickle", "joblib", "cloudpickle", "dill", "marshal", "shelve", "_pickle"}
FORBIDDEN_CALLS = {"eval", "exec"}
CLOCKS = {"now", "utcnow", "today"}


def faults_of(tree: ast.AST) -> Iterator[str]:
    """What no source file may hold: pickles, evaluated text, `assert` as a check, unseeded chance."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and {a.name.split(".")[0] for a in node.names} & PICKLES:
            yield f"line {node.lineno}: imports a pickle"
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PICKLES:
            yield f"line {node.lineno}: imports from a pickle"
        if isinstance(node, ast.Attribute) and "pickle" in node.attr:
            yield f"line {node.lineno}: uses .{node.attr}"
        if (
            isinstance(node, ast.keyword)
            and node.arg == "allow_pickle"
            and ast.unparse(node.value) != "False"
        ):
            yield f"line {node.lineno}: allows a pickle"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS:
            yield f"line {node.lineno}: calls {node.func.id}"
        if isinstance(node, ast.Assert):
            yield f"line {node.lineno}: assert is no check of a user's input: raise an error"
        if (
            isinstance(node, ast.Call)
            and ast.unparse(node.func).endswith("default_rng")
            and not node.args + node.keywords
        ):
            yield f"line {node.lineno}: chance without a seed"
        if isinstance(node, ast.Attribute) and re.match(
            r"(np|numpy)\.random\.(rand|choice|shuffle|seed)", ast.unparse(node)
        ):
            yield f"line {node.lineno}: chance without a seed"


def clocks_of(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        call = ast.unparse(node.func)
        if call == "time.time" or (isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS):
            yield f"line {node.lineno}: {call}() reads the clock; time is an argument"


TELLS_TIME = ("cli", "commands", "service", "flows")


def forbidden(path: Path) -> Iterator[str]:
    """What a source file holds and may not, the clock included where time is an argument."""
    yield from faults_of(tree_of(path))
    if room_of(module_of(path)) not in TELLS_TIME:
        yield from clocks_of(tree_of(path))


def test_source_holds_nothing_forbidden() -> None:
    assert [f"{label(path)}: {said}" for path in MODULES for said in forbidden(path)] == []


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import dump",
        "frame.to_pickle('x')",
        "np.load('x', allow_pickle=True)",
        "eval('1')",
        "assert x",
        "np.random.default_rng()",
        "np.random.shuffle(x)",
    ],
)
def test_the_check_sees_what_is_forbidden(line: str) -> None:
    assert len(list(faults_of(ast.parse(line)))) == 1


@pytest.mark.parametrize("line", ["datetime.now()", "time.time()", "date.today()", "pd.Timestamp.utcnow()"])
def test_the_check_sees_clocks(line: str) -> None:
    assert len(list(clocks_of(ast.parse(line)))) == 1


def undocumented(node: ast.AST, where: str) -> Iterator[str]:
    """Public functions and classes, and public methods of classes that inherit nothing, without a docstring."""
    for member in ast.iter_child_nodes(node):
        if not isinstance(member, ast.FunctionDef | ast.ClassDef) or member.name.startswith("_"):
            continue
        if not ast.get_docstring(member):
            yield f"{where}:{member.lineno} {member.name}"
        if (
            isinstance(member, ast.ClassDef) and not member.bases
        ):  # a subclass inherits what its base documents
            yield from undocumented(member, where)


def public_without_docstring(tree: ast.Module, path: Path) -> list[str]:
    """What lacks a docstring. Nothing must be said twice: a file of one idea may say it at the top, for the thing that
    bears its name, and a method is documented by the method of that name on the file's Protocol or base.
    """
    if not ast.get_docstring(tree):
        return [label(path)]
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    said = {path.stem} | {node.name for node in functions if ast.get_docstring(node)}
    return [
        found for found in undocumented(tree, label(path)) if found.split()[-1].split(".")[-1] not in said
    ]


def test_public_names_have_docstrings() -> None:
    assert [said for path in MODULES for said in public_without_docstring(tree_of(path), path)] == []


def test_files_stay_small() -> None:
    lines = {label(path): path.read_text(encoding="utf-8").count("\n") for path in PYTHON_FILES}
    long = {path: number for path, number in lines.items() if number > 400}
    assert long == {}, "split them by idea"


def texts() -> Iterator[Path]:
    rooms = ("src", "tests", "scripts", "benchmarks", "docs", "deploy", ".ci", ".github")
    yield from (
        p
        for p in ROOT.iterdir()
        if p.is_file() and p.suffix in TEXT_SUFFIXES and not p.name.startswith(".coverage")
    )
    for room in rooms:
        found = (ROOT / room).rglob("*")
        yield from (
            p for p in found if p.is_file() and p.suffix in TEXT_SUFFIXES and "__pycache__" not in p.parts
        )


def test_nothing_but_text_is_kept_here() -> None:
    """No data, no model, no database: what git keeps is read by people."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("this is no clone of the repository: what git keeps cannot be asked")
    kept = [ROOT / name for name in done.stdout.split("\0") if name]
    assert len(kept) > 500
    large = [label(path) for path in kept if path.is_file() and path.stat().st_size > 1_000_000]
    binary = [label(path) for path in kept if path.is_file() and b"\0" in path.read_bytes()[:8000]]
    assert (large, binary) == ([], [])


def test_no_path_or_address_of_one_machine() -> None:
    machine = re.compile(r"(^|[^a-zA-Z0-9_.])/(work|root|home|farm|opt)/|extra-index-url|find-links|file:///")
    found = [
        f"{label(path)}:{number}"
        for path in texts()
        if path != Path(__file__).resolve() and path.name != ".git"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if machine.search(line)
    ]
    assert found == []


def modules_after(statement: str) -> set[str]:
    """The top-level packages that a fresh Python holds after a statement."""
    code = f"{statement}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["willbuy", "willbuy.cli", "willbuy.shop"])
def test_the_command_line_starts_without_anything_heavy(module: str) -> None:
    assert modules_after(f"import {module}") & SLOW_TO_IMPORT == set()


def test_help_answers_at_once() -> None:
    """`willbuy --help` in under 0.4 s of work: CPU, the best of five, since other work on the machine is not ours."""
    times = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "willbuy", "--help"], check=True, capture_output=True, cwd=ROOT)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(times) < 0.4, f"willbuy --help took {min(times):.2f} CPU s at best"


@pytest.mark.parametrize("module", SERVING)
def test_the_serving_side_needs_numpy_only(module: str) -> None:
    path = SOURCE / Path(*module.split(".")[1:])
    if not path.with_suffix(".py").exists() and not path.is_dir():
        pytest.skip(f"{module} is not built yet")
    assert modules_after(f"import {module}") & TRAINING_ONLY == set()
