"""The bundle: one folder that holds a model whole, checks itself, and needs numpy alone to score.

    manifest.json   what it is: format, files with SHA-256 and size, features, threshold, figures; its SHA-256 is
                    the bundle's id
    model.npz       the scorer and the calibrator as flat arrays
    golden.npz      up to 1,000 rows with their scores, scored again at every load
    model.ubj       XGBoost's own file, for scoring in bulk (boosted trees only)

Nothing is parsed before its hash holds, and nothing in it can run: there is no pickle.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy import __version__
from willbuy.errors import BundleError, WillbuyError
from willbuy.models.arrays_file import pack, unpack
from willbuy.models.bundle_files import GOLDEN, MANIFEST, MODEL, NATIVE, read_files, write_files
from willbuy.models.calibrators import Calibrator, calibrator_from_arrays
from willbuy.models.contributions import Contributions, explain
from willbuy.models.manifest import FORMAT, libraries, platform, seal, sha256
from willbuy.models.reasons import MOST, Reason, Reasons
from willbuy.models.rows import as_rows
from willbuy.models.scorers import Floats, PreparedScorer, Scorer, scorer_from_arrays

SAME_PLATFORM, OTHER_PLATFORM = 1e-12, 1e-6  # how far a golden score may move, in log-odds and probability
MOST_GOLDEN = 1000
Arrays = Mapping[str, NDArray[Any]]


class Bundle:
    """A loaded model. Rows are arrays (n, features) in the order of `feature_names`, or anything with columns."""

    def __init__(
        self,
        bundle_id: str,
        manifest: Mapping[str, Any],
        scorer: Scorer,
        calibrator: Calibrator,
        golden: Arrays,
        arrays: Scorer | None = None,
    ) -> None:
        self.id = bundle_id
        self.manifest = manifest
        self.scorer = scorer
        self._arrays = arrays or scorer  # what is explained, where another scores in its place
        self.calibrator = calibrator
        self.golden = (
            golden  # `rows` with their `log_odds` and `probability`, as they were when it was written
        )
        self.feature_names: tuple[str, ...] = tuple(manifest["feature_names"])
        self.threshold: float = manifest["threshold"]

    def log_odds(self, X: Any) -> Floats:
        """Uncalibrated log-odds, shape (n,). Raises InputError for missing columns and infinite values."""
        return self.scorer.log_odds(as_rows(X, self.feature_names))

    def predict_proba(self, X: Any) -> Floats:
        """The calibrated probability of buying, shape (n,), strictly between 0 and 1."""
        return self.calibrator.probability(self.log_odds(X))

    def predict(self, X: Any) -> NDArray[np.int8]:
        """1 where the probability reaches the threshold, else 0, shape (n,)."""
        return (self.predict_proba(X) >= self.threshold).astype(np.int8)

    @cached_property
    def explained(self) -> Contributions:
        """What explains the scorer: its `method` and `base`. Laid out when it is first asked for."""
        found, stored = explain(self._arrays), self.manifest["contributions"]
        if found.method != stored["method"] or not abs(found.base - stored["base"]) <= OTHER_PLATFORM:
            raise BundleError("the bundle's contributions do not follow from its arrays. Train again")
        return found

    def contributions(self, X: Any) -> Floats:
        """What each feature adds to the uncalibrated log-odds, (n, features); with `explained.base` they are all of it."""
        return self.explained.of(as_rows(X, self.feature_names))

    @cached_property
    def in_words(self) -> Reasons:
        """Says reasons by the manifest's phrases; features without any are said by their names."""
        fields = self.manifest
        return Reasons(self.feature_names, fields.get("phrases", {}), fields.get("currency_digits", 2))

    def reasons(self, X: Any, most: int = MOST) -> list[list[Reason]]:
        """For each row its strongest reasons, strongest first: feature, text, contribution."""
        rows = as_rows(X, self.feature_names)
        return self.in_words.of_rows(rows, self.explained.of(rows), most)

    def labels(self, X: Any) -> dict[str, list[str]]:
        """By label of the recipe (such as the behavioural segment) the text for each row; none where no recipe has any."""
        if not isinstance(self._arrays, PreparedScorer):
            return {}
        return self._arrays.labels(as_rows(X, self.feature_names))

    def in_bulk(self, threads: int | None = None) -> "Bundle":
        """The same model scored by XGBoost itself where the bundle carries its file, else this one.

        The golden rows are scored again, now to 1e-6. Raises BundleError where XGBoost cannot read the file.
        """
        if self.scorer.native is None:
            return self
        from willbuy.models.native import in_bulk

        native = in_bulk(self.scorer, threads)
        bulk = Bundle(self.id, self.manifest, native, self.calibrator, self.golden, arrays=self._arrays)
        check_golden(bulk, OTHER_PLATFORM)
        return bulk


def write_bundle(
    folder: Path | str,
    *,
    scorer: Scorer,
    calibrator: Calibrator,
    features_spec: Any,
    feature_names: Sequence[str],
    threshold: float,
    fields: Mapping[str, Any],
    golden: Floats,
    native: bytes | None = None,
) -> str:
    """Write a bundle and return its id. The folder is complete or not there; an existing one is never touched.

    `fields` are further keys of the manifest (target, parts, metrics ...): anything JSON can say, and no clock
    time, so that the same training gives the same id. `golden` are up to 1,000 rows of features.
    """
    target = Path(folder)
    if target.exists():
        raise BundleError(f"{target} is there already; a bundle is never overwritten")
    rows = as_rows(np.asarray(golden), feature_names)
    content = {
        MODEL: pack(_model_arrays(scorer, calibrator)),
        GOLDEN: pack(_golden(scorer, calibrator, rows)),
    }
    if native is not None:
        content[NATIVE] = native
    explained = explain(scorer)
    own = {
        "format": FORMAT,
        "created_by": {"willbuy": __version__},
        "platform": platform(),
        "libraries": libraries(),
        "files": {name: {"sha256": sha256(data), "size": len(data)} for name, data in content.items()},
        "scorer": scorer.family,
        "calibrator": calibrator.kind,
        "contributions": {"method": explained.method, "base": explained.base},
        "feature_names": list(feature_names),
        "features_spec": features_spec,
        "threshold": float(threshold),
    }
    own |= _columns(scorer)
    if taken := set(own) & set(fields):
        raise ValueError(f"fields hold {', '.join(sorted(taken))}, which the bundle writes itself")
    content[MANIFEST] = seal({**fields, **own})
    _rehearse(content)
    write_files(target, content)
    return sha256(content[MANIFEST])


def _model_arrays(scorer: Scorer, calibrator: Calibrator) -> dict[str, NDArray[Any]]:
    of_scorer = {f"scorer.{name}": array for name, array in scorer.arrays().items()}
    return {**of_scorer, **{f"calibrator.{name}": array for name, array in calibrator.arrays().items()}}


def _columns(scorer: Scorer) -> dict[str, Any]:
    """The raw columns of a table, by which a service reads records; nothing for features of a log."""
    if not isinstance(scorer, PreparedScorer):
        return {}
    return {"columns": [column.to_dict() for column in scorer.columns]}


def _golden(scorer: Scorer, calibrator: Calibrator, rows: Floats) -> dict[str, NDArray[Any]]:
    log_odds = scorer.log_odds(rows)
    return {"rows": rows, "log_odds": log_odds, "probability": calibrator.probability(log_odds)}


def _rehearse(content: Mapping[str, bytes]) -> None:
    """Build the bundle from its bytes before it is written; XGBoost's file must agree with the golden rows."""
    from willbuy.models.manifest import parse

    bundle = _build("", parse(content[MANIFEST]), content)
    if NATIVE in content:
        bundle.in_bulk(threads=1)


def load_bundle(folder: Path | str, expected_id: str | None = None) -> Bundle:
    """Load a bundle. Raises BundleError where anything at all is not as it was written.

    With `expected_id` the manifest must be the very one that was written under it; without, accidents are found
    but a forger is not.
    """
    files = read_files(Path(folder), expected_id)
    try:
        return _build(files.id, files.manifest, files.content)
    except WillbuyError as error:
        raise BundleError(f"{folder} is no usable bundle: {error}") from error
    except Exception as error:  # the hashes hold, so somebody forged it: whatever it breaks, it is refused
        raise BundleError(f"{folder} is no usable bundle: {type(error).__name__} {error}") from error


def _build(bundle_id: str, manifest: dict[str, Any], content: Mapping[str, bytes]) -> Bundle:
    arrays = unpack(content[MODEL], MODEL)
    scorer = scorer_from_arrays(manifest["scorer"], _part(arrays, "scorer."))
    calibrator = calibrator_from_arrays(manifest["calibrator"], _part(arrays, "calibrator."))
    scorer.native = content.get(NATIVE)
    bundle = Bundle(bundle_id, manifest, scorer, calibrator, unpack(content[GOLDEN], GOLDEN))
    _check_manifest(manifest, scorer.n_features)
    if {"columns": manifest["columns"]} != _columns(scorer) if "columns" in manifest else _columns(scorer):
        raise BundleError("the manifest's columns are not those of the model")
    same = manifest["platform"] == platform()
    check_golden(bundle, SAME_PLATFORM if same else OTHER_PLATFORM)
    return bundle


def _check_manifest(manifest: Mapping[str, Any], n_features: int) -> None:
    names, threshold = manifest["feature_names"], manifest["threshold"]
    named = isinstance(names, list) and all(isinstance(name, str) for name in names)
    if not named or len(set(names)) != len(names) or len(names) != n_features:
        raise BundleError(f"expected the names of {n_features} features, each once")
    told = manifest["contributions"]
    if not isinstance(told["method"], str) or not isinstance(told["base"], float):
        raise BundleError("the manifest does not say how contributions are made")
    if not isinstance(threshold, float) or not 0.0 <= threshold <= 1.0:
        raise BundleError(f"the threshold is {str(threshold)[:20]}; expected a number from 0 to 1")


def _part(arrays: Arrays, prefix: str) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def check_golden(bundle: Bundle, allowed: float) -> None:
    """Score the golden rows again. Raises BundleError where a score moved by more than `allowed`."""
    golden = bundle.golden
    if not 0 < len(golden["rows"]) <= MOST_GOLDEN:
        raise BundleError(f"{len(golden['rows'])} golden rows; expected 1 to {MOST_GOLDEN}")
    log_odds = bundle.log_odds(golden["rows"])
    for name, found in (("log_odds", log_odds), ("probability", bundle.calibrator.probability(log_odds))):
        if found.shape != golden[name].shape:
            raise BundleError(
                f"the golden rows' {name} have shape {golden[name].shape}; expected {found.shape}"
            )
        moved = float(np.abs(found - golden[name]).max(initial=0.0))
        if not moved <= allowed:
            raise BundleError(f"the golden rows' {name} moved by {moved:.1e}; expected at most {allowed:.0e}")
