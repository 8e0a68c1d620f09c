"""The one door to MLflow: a few verbs on one experiment and one registered model. Nothing else imports it.

MLflow has a global state (a current run, a tracking address); none of it is used, so that a caller's own stays as it is.
"""

import logging
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from willbuy.errors import TrackingError
from willbuy.tracking.contents import Point
from willbuy.tracking.on_postgres import make_schema
from willbuy.tracking.place import Place
from willbuy.tracking.secrets import without_secrets

if TYPE_CHECKING:
    from mlflow import MlflowClient

INSTALL = "pip install 'willbuy[mlflow]'"
BATCH = 100  # parameters or tags that MLflow takes at once; of metrics it takes more
PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "20"}
SILENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # what is printed there is ours
}


class Store:
    """An open place. Every method raises TrackingError, in one line, where MLflow cannot do it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        with self._said():
            if place.schema is not None:
                make_schema(place.server, place.schema)
            self._client = _client(place)
            self._experiment = self._opened()

    def find(self, key: str) -> tuple[str, bool] | None:
        """The MLflow run of a key, and whether it is finished; None where there is none."""
        with self._said():
            found = self._client.search_runs([self._experiment], f"tags.`willbuy.key` = '{key}'")
        runs = sorted(found, key=lambda run: (run.info.status != "FINISHED", run.info.start_time))
        return (runs[0].info.run_id, runs[0].info.status == "FINISHED") if runs else None

    def start(self, name: str, made: int, tags: Mapping[str, str]) -> str:
        """Begin a run that was made at `made` (milliseconds since 1970, UTC)."""
        with self._said():
            run = self._client.create_run(self._experiment, made, tags=dict(tags), run_name=name)
        return str(run.info.run_id)

    def log(self, run_id: str, parameters: Mapping[str, str], metrics: Sequence[Point], made: int) -> None:
        """Write parameters and metrics."""
        from mlflow.entities import Metric, Param

        with self._said():
            params = [Param(name, value) for name, value in parameters.items()]
            points = [Metric(point.name, point.value, made, point.step) for point in metrics]
            for part in _batches(params):
                self._client.log_batch(run_id, params=part)
            for part in _batches(points):
                self._client.log_batch(run_id, metrics=part)

    def upload(self, run_id: str, folder: Path, below: str | None = None) -> None:
        """Send what a folder holds, into the folder `below` of the run's artifacts."""
        with self._said():
            self._client.log_artifacts(run_id, str(folder), below)

    def finish(self, run_id: str, made: int) -> None:
        """Mark a run as complete: what is not is sent anew the next time."""
        with self._said():
            self._client.set_terminated(run_id, "FINISHED", made)

    def drop(self, run_id: str) -> None:
        """Delete a run that was left half sent."""
        with self._said():
            self._client.delete_run(run_id)

    def register(self, run_id: str, folder: str, tags: Mapping[str, str], words: str) -> str:
        """The version of the registered model that an artifact folder of a run is; made where there is none yet."""
        with self._said():
            versions = self._client.search_model_versions(f"run_id = '{run_id}'")
            known = [one for one in versions if one.name == self.place.name]
            if known:
                return str(known[0].version)
            self._registered()
            source = f"{self._client.get_run(run_id).info.artifact_uri}/{folder}"
            made = self._client.create_model_version(
                self.place.name, source, run_id, tags=dict(tags), description=words
            )
            return str(made.version)

    def version_of(self, bundle: str) -> str | None:
        """The newest version that was registered of a bundle; None where it was not."""
        with self._said():
            versions = self._client.search_model_versions(f"name = '{self.place.name}'")
        found = [int(one.version) for one in versions if one.tags.get("willbuy.bundle") == bundle]
        return str(max(found)) if found else None

    def alias_tags(self, alias: str) -> dict[str, str]:
        """The tags of the version that an alias points to; empty where it points nowhere."""
        with self._said():
            aliases = self._client.get_registered_model(self.place.name).aliases
            if alias not in aliases:
                return {}
            return dict(self._client.get_model_version(self.place.name, str(aliases[alias])).tags)

    def point(self, alias: str, version: str) -> None:
        """Let an alias point to a version."""
        with self._said():
            self._client.set_registered_model_alias(self.place.name, alias, version)

    def _opened(self) -> str:
        """The experiment's id; it is made where there is none."""
        found = self._client.get_experiment_by_name(self.place.name)
        if found is not None and found.lifecycle_stage == "deleted":
            raise TrackingError(
                f"the experiment {self.place.name!r} was deleted in MLflow. Restore it, or name another"
            )
        if found is not None:
            return str(found.experiment_id)
        artifacts = self.place.artifacts.resolve().as_uri() if self.place.artifacts else None
        return str(self._client.create_experiment(self.place.name, artifact_location=artifacts))

    def _registered(self) -> None:
        from mlflow.exceptions import MlflowException

        try:
            self._client.create_registered_model(self.place.name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Turn whatever MLflow and what it stands on raise into one line without secrets."""
        try:
            yield
        except TrackingError:
            raise
        except ModuleNotFoundError as error:
            missing = (error.name or "").partition(".")[0]
            raise TrackingError(
                f"tracking needs MLflow's client ({missing} is not installed). Run: {INSTALL}"
            ) from error
        except (
            Exception
        ) as error:  # of requests, SQLAlchemy, SQLite, the file system: MLflow passes on what it meets
            raise TrackingError(f"MLflow at {self.place.shown}: {without_secrets(str(error))}") from error


def _client(place: Place) -> "MlflowClient":
    os.environ.update(SILENT)
    for name, value in PATIENCE.items():
        os.environ.setdefault(name, value)
    if place.file is not None:
        place.file.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mlflow import MlflowClient

        for name in ("mlflow", "alembic"):  # the first use of a file says how it makes its tables
            logging.getLogger(name).setLevel(logging.WARNING)
        return MlflowClient(tracking_uri=place.uri, registry_uri=place.uri)


def _batches(found: Sequence[Any]) -> Iterator[list[Any]]:
    yield from (list(found[start : start + BATCH]) for start in range(0, len(found), BATCH))
