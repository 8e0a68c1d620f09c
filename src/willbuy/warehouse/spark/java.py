"""Java, which Spark runs on: found, or said how to get it."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from willbuy.errors import EngineError

OLDEST = 17
_INSTALL = (
    f"install Java {OLDEST} or later (Debian: apt install openjdk-17-jre-headless) or set JAVA_HOME to it"
)


def check_java() -> None:
    """Raise EngineError where there is no Java that Spark runs on."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if java is None or not os.access(java, os.X_OK):
        found = f"JAVA_HOME is {home}, which holds no bin/java" if home else "there is no java on the PATH"
        raise EngineError(f"Spark needs Java, and {found}: {_INSTALL}")
    version = java_version(java)
    if version is not None and version < OLDEST:
        raise EngineError(f"Spark needs Java {OLDEST}, and {java} is Java {version}: {_INSTALL}")


def java_version(java: str) -> int | None:
    """The feature release of a `java`, such as 17; None where it does not say."""
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineError(f"Spark needs Java, and {java} does not run ({error}): {_INSTALL}") from error
    return release_of(said.stderr + said.stdout)


def release_of(said: str) -> int | None:
    """The feature release in what `java -version` says.

    >>> release_of('openjdk version "17.0.15" 2025-04-15'), release_of('java version "1.8.0_392"'), release_of("?")
    (17, 8, None)
    """
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found[1]) if found else None
