"""The packages of `willbuy[serve]`, asked for through one door."""

from importlib.util import find_spec

from willbuy.errors import WillbuyError

NEEDED = ("fastapi", "starlette", "uvicorn", "httptools", "msgspec", "prometheus_client")


def check_extras() -> None:
    """Raise WillbuyError unless all is there that the service needs. uvloop is used where it is, and never missed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise WillbuyError(
            f"willbuy serve needs {', '.join(missing)}, not installed here. Run: pip install 'willbuy[serve]'"
        )
