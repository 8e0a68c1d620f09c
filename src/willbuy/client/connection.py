"""Where the service is, and what both clients tell httpx."""

import os
from typing import Any

from willbuy import __version__
from willbuy.client.talking import Ask
from willbuy.errors import WillbuyError

KEY = "WILLBUY_KEY"
LOCAL = "http://127.0.0.1:8000"
TIMEOUT_SECONDS = 10.0
RETRIES = 4
JSON = {"Content-Type": "application/json"}


def settings(url: str, key: str | None, timeout: float) -> dict[str, Any]:
    """httpx's options. Raises WillbuyError where the address is none."""
    if not url.startswith(("http://", "https://")):
        raise WillbuyError(f"{url!r} is no address of a service: write {LOCAL} or https://...")
    headers = {"User-Agent": f"willbuy/{__version__}"}
    key = key or os.environ.get(KEY)
    if key:
        headers["Authorization"] = f"Bearer {key}"
    https = url.startswith(
        "https:"
    )  # else the certificates need not be read, which takes a tenth of a second
    return {
        "base_url": url,
        "headers": headers,
        "timeout": timeout,
        "follow_redirects": False,
        "verify": https,
    }


def asked(ask: Ask) -> dict[str, Any]:
    """The arguments of httpx's `request` for a request."""
    headers = None if ask.content is None else JSON
    return {
        "method": ask.method,
        "url": ask.path,
        "params": ask.params,
        "content": ask.content,
        "headers": headers,
    }
