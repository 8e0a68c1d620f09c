"""Taking passwords out of what is shown."""

import os
import re
from urllib.parse import parse_qsl, unquote, urlsplit

HIDDEN = "***"


def redacted(text: str, address: str = "") -> str:
    """The text without any password: that of the address, that of PGPASSWORD, and whatever looks like one.

    >>> redacted('could not read "postgresql://ann:s3cret@db/shops"')
    'could not read "postgresql://***@db/shops"'
    >>> redacted("invalid: host=db password='s3cret' user=ann")
    'invalid: host=db password=*** user=ann'
    >>> redacted("near s3cret", "postgresql://ann:s3cret@db/shops")
    'near ***'
    """
    for secret in sorted(_secrets(address), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    text = re.sub(r"(\w://)[^@\s\"']*@", rf"\1{HIDDEN}@", text)
    return re.sub(r"(?i)(passw(?:or)?d\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&\"']+)", rf"\1{HIDDEN}", text)


def _secrets(address: str) -> set[str]:
    """The passwords that an address and the environment hold, as they are written and as they are meant."""
    found = {os.environ.get("PGPASSWORD", "")}
    try:
        parts = urlsplit(address)
        found |= {parts.password or "", unquote(parts.password or "")}
        found |= {value for name, value in parse_qsl(parts.query) if name == "password"}
    except ValueError:
        pass  # the patterns must do
    found |= {value.strip("'") for value in re.findall(r"(?i)password\s*=\s*('[^']*'|[^\s&]+)", address)}
    return {secret for secret in found if secret}
