"""Taking secrets out of what a library says before it is shown."""

import os
import re

HOLDERS = ("MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME", "PGPASSWORD")


def without_secrets(text: str, longest: int = 300) -> str:
    """One line of a text, without credentials in addresses or the values that MLflow is given by the environment.

    >>> without_secrets("no answer from https://ann:pw@host/api\\n at line 3")
    'no answer from https://***@host/api'
    """
    line = next((line.strip() for line in text.splitlines() if line.strip()), "no reason was given")
    line = re.sub(r"://[^/\s'\"]*@", "://***@", line)
    line = re.sub(r"(?i)\b(bearer|basic) [a-z0-9+/=._~-]+", r"\1 ***", line)
    for name in HOLDERS:
        secret = os.environ.get(name)
        line = line.replace(secret, "***") if secret else line
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
