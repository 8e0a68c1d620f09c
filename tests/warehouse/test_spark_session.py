"""Starting Spark: what is missing is said in one line with what to do; the shop file cannot change what SQL means."""

import builtins
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from spark import QUICK_JAVA
from willbuy.errors import EngineError
from willbuy.warehouse.spark.session import MEANING, open_session

START = """
import sys
from pathlib import Path
from willbuy.warehouse.spark.session import open_session
from willbuy.errors import EngineError
try:
    session = open_session(sys.argv[1], dict(part.split("=", 1) for part in sys.argv[3:]), "600MB", Path(sys.argv[2]))
except EngineError as error:
    print("refused:", error)
else:
    print(session.sql("SELECT TIMESTAMP '2015-03-29 02:30:00' AS \\"a\\"").collect()[0].a)
"""


def start(master: str, folder: Path, *settings: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Start Spark in a process of its own."""
    quick = f"spark.driver.extraJavaOptions={QUICK_JAVA}"
    command = [sys.executable, "-c", START, master, str(folder), quick, *settings]
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **env}, check=False, timeout=300
    )


def test_no_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither JAVA_HOME nor a java on the PATH; then a JAVA_HOME that holds none; then one too old."""
    for home, said in (
        (None, "no java on the PATH"),
        (tmp_path, "holds no bin/java"),
        (old_java(tmp_path / "old"), "is Java 11"),
    ):
        env = {"PATH": str(tmp_path), **({"JAVA_HOME": str(home)} if home else {"JAVA_HOME": ""})}
        done = start("local[1]", tmp_path / "scratch", **env)
        assert done.stdout.startswith("refused: Spark needs Java"), done
        assert said in done.stdout and "JAVA_HOME" in done.stdout and done.stdout.count("\n") == 1
        assert not done.stderr


def old_java(home: Path) -> Path:
    """A Java that says it is 11."""
    java = home / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    java.chmod(java.stat().st_mode | stat.S_IEXEC)
    return home


def test_no_pyspark(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra: how to install it."""
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.split(".", maxsplit=1)[0] == "pyspark":
            raise ImportError("No module named 'pyspark'")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(EngineError, match=r"pip install 'willbuy\[spark\]'"):
        open_session("local[1]", {}, "1GB")


@pytest.mark.parametrize("name", MEANING)
def test_meaning_is_ours(name: str) -> None:
    """A setting that would change what a query means is refused before anything starts."""
    pytest.importorskip("pyspark")
    with pytest.raises(EngineError, match=name):
        open_session("local[1]", {name: "false"}, "1GB")


def test_quiet_in_any_zone(tmp_path: Path) -> None:
    """Nothing on standard error; a naive moment that a zone's clock jumps over stays what it is."""
    done = start("local[1]", tmp_path, TZ="Europe/Berlin")
    assert (done.stdout, done.stderr) == ("2015-03-29 02:30:00\n", "")


def test_refused_start(tmp_path: Path) -> None:
    """A master that is none, and a setting that Spark refuses: one line each with Spark's own reason."""
    for master, setting in (("nowhere", "spark.x=1"), ("local[1]", "spark.driver.memory=1x")):
        done = start(master, tmp_path, setting)
        assert done.stdout.startswith(f"refused: Spark did not start ({master}): "), done
        assert "[storage] master" in done.stdout and done.stdout.count("\n") == 1
        assert not done.stderr
