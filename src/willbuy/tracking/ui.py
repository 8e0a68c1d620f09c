"""MLflow's own pages over the mirrored runs, on this machine alone."""

import os
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from willbuy.errors import TrackingError
from willbuy.shop import Common
from willbuy.tracking.place import place_of
from willbuy.tracking.store import SILENT

LOOPBACK = "127.0.0.1"
INSTALL = "pip install 'willbuy[mlflow-ui]'"


@dataclass(frozen=True)
class Pages:
    """The server to run, and where it will answer."""

    address: str
    command: list[str]
    environment: dict[str, str]


def pages(shop: Common, port: int) -> Pages:
    """How to open the runs that were mirrored into a file. Raises TrackingError where there is nothing to open, or nothing to open it with."""
    place = place_of(shop)
    if place.artifacts is None:
        raise TrackingError(
            f"the runs are on a server that has pages of its own: open {place.shown} in a browser"
        )
    if place.file is not None and not place.file.is_file():
        raise TrackingError("no run has been mirrored yet. Send them with: willbuy runs --mirror")
    try:
        version("mlflow")
    except PackageNotFoundError as error:
        raise TrackingError(f"MLflow's pages are not installed. Run: {INSTALL}") from error
    command = [
        sys.executable,
        *("-m", "mlflow", "server", "--host", LOOPBACK, "--port", str(port), "--workers", "1"),
        *("--default-artifact-root", place.artifacts.resolve().as_uri()),
    ]
    where = {"MLFLOW_BACKEND_STORE_URI": place.uri}  # not on the command line, which everybody may read
    return Pages(f"http://{LOOPBACK}:{port}", command, {**os.environ, **SILENT, **where})
