"""Mirroring a complete run into MLflow: once, however often it is asked for."""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from willbuy.runs import BUNDLE, complete_run, read_result
from willbuy.shop import Common
from willbuy.tracking.contents import description, metrics, parameters, run_key, tags
from willbuy.tracking.listing import made_at, read_manifest, run_names
from willbuy.tracking.pages import write_pages
from willbuy.tracking.place import place_of
from willbuy.tracking.store import Store

CANDIDATE = "candidate"
"""The alias of the newest registered version. What scores is decided elsewhere; see `point_alias`."""


@dataclass(frozen=True)
class Mirrored:
    """Where a run is now. `sent` is false where it had been there already."""

    run: str
    place: str
    experiment: str
    version: str
    sent: bool

    def to_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)

    def sentence(self) -> str:
        """What happened.

        >>> Mirrored("0003", "http://127.0.0.1:5000", "shop", "2", sent=True).sentence()
        'Mirrored run 0003 to MLflow at http://127.0.0.1:5000: experiment shop, model version 2.'
        """
        what = "Mirrored run" if self.sent else "Already mirrored: run"
        return f"{what} {self.run} to MLflow at {self.place}: experiment {self.experiment}, model version {self.version}."


def mirror_run(shop: Common, run: str | None = None) -> Mirrored:
    """Mirror a complete run, the newest by default.

    Sent are parameters, metrics, tags, the report and its charts, the result and the bundle; not the predictions, which name
    entities. A run that was left half sent is dropped and sent anew. The newest run's version gets the alias `candidate`.
    Raises TrackingError where tracking is off, MLflow is not installed or does not answer.
    """
    place = place_of(shop)
    return _mirror(shop, complete_run(shop.home, run), Store(place))


def mirror_runs(shop: Common) -> Iterator[Mirrored]:
    """Mirror every complete run, the oldest first. Raises as `mirror_run`."""
    store = Store(place_of(shop))
    for name in run_names(shop.home):
        yield _mirror(shop, complete_run(shop.home, name), store)


def point_alias(shop: Common, bundle: str, alias: str) -> bool:
    """Let an alias of the registered model follow a decision that willbuy has made, such as who is champion.

    Returns whether the bundle (its id) has been mirrored: the decision stands without it.
    """
    store = Store(place_of(shop))
    version = store.version_of(bundle)
    if version is not None:
        store.point(alias, version)
    return version is not None


def _mirror(shop: Common, folder: Path, store: Store) -> Mirrored:
    result, manifest = read_result(folder), read_manifest(folder)
    said, made = tags(result, manifest), int(made_at(folder).timestamp() * 1000)
    there = store.find(run_key(result))
    finished = there is not None and there[1]
    if there is not None and not finished:
        store.drop(there[0])
    run_id = there[0] if there is not None and finished else store.start(result["run"], made, said)
    if not finished:
        store.log(run_id, parameters(result, manifest), metrics(result), made)
        with tempfile.TemporaryDirectory(prefix="willbuy-") as pages:
            write_pages(shop, result, Path(pages))
            store.upload(run_id, Path(pages))
        store.upload(run_id, folder / BUNDLE, BUNDLE)
        store.finish(run_id, made)
    version = store.register(run_id, BUNDLE, _of_version(said), description(result))
    if _number(store.alias_tags(CANDIDATE)) <= _number(said):
        store.point(CANDIDATE, version)
    return Mirrored(result["run"], store.place.shown, store.place.name, version, sent=not finished)


def _of_version(said: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in said.items() if name.startswith("willbuy.")}


def _number(said: dict[str, str]) -> int:
    """The number of the run that tags are of; -1 where they are of none of ours."""
    number = said.get("willbuy.run", "")
    return int(number) if re.fullmatch("[0-9]+", number) else -1
