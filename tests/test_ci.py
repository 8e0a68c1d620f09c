"""The ways to run the checks say the same: .ci/run, the Makefile and the workflow of GitHub Actions."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, flags=re.MULTILINE))


def requirement_blocks(name: str) -> list[str]:
    """The requirements of a lock file, each with the lines that belong to it."""
    lines = [
        line
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
        if not line.lstrip().startswith("#")
    ]
    return re.split(r"\n(?=[a-z0-9])", "\n".join(lines).strip())


def test_every_target_has_a_sentence_and_make_prints_it() -> None:
    outside = {"PATH": os.environ["PATH"]}  # not the make that may be running this test
    command = ["make", "--no-print-directory"]
    printed = subprocess.run(
        command, cwd=ROOT, env=outside, capture_output=True, text=True, check=True
    ).stdout
    phony = set(re.search(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE)[1].split())  # type: ignore[index]
    assert phony == TARGETS
    assert {line.split()[1] for line in printed.splitlines()} == TARGETS


def test_ci_runs_lint_types_and_tests() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    wanted = re.search(r"for target in (.*); do", script)
    assert wanted is not None and wanted[1].split() == ["lint", "types", "test"]
    assert set(wanted[1].split()) <= TARGETS
    assert "set -euo pipefail" in script
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_the_workflow_runs_the_same_on_both_ends() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.13"]
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    setup = next(step for step in job["steps"] if step.get("uses", "").startswith("actions/setup-python@"))
    assert setup["with"]["python-version"] == "${{ matrix.python }}"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-bench.lock", "requirements-serve.lock"])
def test_every_locked_package_has_hashes_and_no_address(name: str) -> None:
    blocks = requirement_blocks(name)
    assert len(blocks) > 2
    for block in blocks:
        assert re.match(r"[a-z0-9][a-z0-9._-]*==[^ ]+", block), block
        assert "--hash=sha256:" in block, block
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_the_lock_covers_what_the_project_asks_for() -> None:
    groups = PROJECT["dependency-groups"]
    asked = PROJECT["project"]["dependencies"] + groups["test"] + groups["lint"] + groups["build"]
    locked = {re.split("==", block)[0] for block in requirement_blocks("requirements.lock")}
    assert {re.split(r"[^A-Za-z0-9_.-]", text)[0].lower() for text in asked} <= locked


def test_a_container_gets_what_the_tests_ran_with() -> None:
    tested = {block.splitlines()[0] for block in requirement_blocks("requirements.lock")}
    served = {block.splitlines()[0] for block in requirement_blocks("requirements-serve.lock")}
    assert served and served <= tested


@pytest.mark.parametrize("extra", ["mlflow", "serve", "client"])
def test_the_tests_run_with_what_the_extra_installs(extra: str) -> None:
    assert set(PROJECT["project"]["optional-dependencies"][extra]) <= set(
        PROJECT["dependency-groups"]["test"]
    )
