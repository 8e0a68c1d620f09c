"""The bundle: written and loaded, the same numbers, the same id, numpy alone, no pickle, golden rows."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import willbuy
from willbuy.errors import BundleError, InputError
from willbuy.models import bundle as bundle_module
from willbuy.models.arrays_file import pack, unpack
from willbuy.models.bundle import load_bundle
from willbuy.models.manifest import canonical, parse, seal, sha256


def test_a_bundle_gives_the_numbers_of_what_it_was_made_from(trained, tmp_path):
    bundle_id = trained.write(tmp_path / "bundle")
    bundle = load_bundle(tmp_path / "bundle", bundle_id)
    X = trained.rows.X
    log_odds = trained.scorer.log_odds(X)
    assert bundle.id == bundle_id == sha256((tmp_path / "bundle" / "manifest.json").read_bytes())
    assert bundle.log_odds(X).tolist() == log_odds.tolist()
    assert bundle.predict_proba(X).tolist() == trained.calibrator.probability(log_odds).tolist()
    assert bundle.predict(X).tolist() == (bundle.predict_proba(X) >= 0.25).astype(int).tolist()
    assert bundle.threshold == 0.25
    assert bundle.feature_names == trained.rows.names
    assert bundle.manifest["parts"]["train"]["n"] == len(X)
    assert bundle.manifest["features_spec"][0] == {"name": "views", "window": "7d"}
    assert bundle.manifest["created_by"] == {"willbuy": willbuy.__version__}


def test_one_row_equals_many_bit_for_bit(trained, tmp_path):
    trained.write(tmp_path / "bundle")
    bundle = load_bundle(tmp_path / "bundle")
    X = trained.rows.X[:500]
    assert [bundle.predict_proba(X[i : i + 1])[0] for i in range(500)] == bundle.predict_proba(X).tolist()


def test_a_frame_a_dict_and_an_array_give_the_same(trained, tmp_path):
    trained.write(tmp_path / "bundle")
    bundle = willbuy.load(tmp_path / "bundle")
    frame = pd.DataFrame(trained.rows.X, columns=list(trained.rows.names))
    expected = bundle.predict_proba(trained.rows.X).tolist()
    shuffled = frame[frame.columns[::-1]].assign(entity="x")
    shuffled["views"] = shuffled["views"].astype("Int64")
    shuffled["recency"] = shuffled["recency"].astype(object).where(shuffled["recency"].notna(), None)
    assert bundle.predict_proba(shuffled).tolist() == expected
    assert bundle.predict_proba({name: list(frame[name]) for name in frame}).tolist() == expected
    assert bundle.predict(frame).sum() == bundle.predict(trained.rows.X).sum() > 0


def test_bulk_scoring_equals_the_arrays(trained, tmp_path):
    trained.write(tmp_path / "bundle")
    bundle = load_bundle(tmp_path / "bundle")
    bulk = bundle.in_bulk(threads=1)
    assert bulk.predict_proba(trained.rows.X).tolist() == bundle.predict_proba(trained.rows.X).tolist()
    assert bulk.id == bundle.id


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"viws": [1.0]}, r"no column 'views' \(7 of 7 features are missing\)\. Did you mean 'viws'"),
        (np.zeros((2, 6)), r"shape \(2, 6\); expected \(n, 7\)"),
        (np.zeros(7), r"expected \(n, 7\)"),
        (np.full((1, 7), np.inf), "views holds an infinite"),
        (np.full((1, 7), -1e39), "views holds an infinite or over-large"),
        (np.array([["1"] * 7]), "does not hold numbers: found '1'"),
        (7, "found a int; expected an array of rows or a table"),
    ],
)
def test_rows_that_do_not_fit_are_refused_by_name(logistic, tmp_path, table, message):
    logistic.write(tmp_path / "bundle")
    with pytest.raises(InputError, match=message):
        load_bundle(tmp_path / "bundle").predict_proba(table)


def test_text_in_a_column_is_refused(logistic, tmp_path):
    logistic.write(tmp_path / "bundle")
    table = {name: [1.0, 2.0] for name in logistic.rows.names} | {"money": [1.0, "007"]}
    with pytest.raises(InputError, match="money does not hold numbers: found '007'"):
        load_bundle(tmp_path / "bundle").predict(table)


def test_the_same_bundle_has_the_same_id_and_bytes(trained, tmp_path):
    ids = {trained.write(tmp_path / name) for name in ("one", "two")}
    assert len(ids) == 1
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_a_bundle_is_never_overwritten_and_nothing_stays_behind(logistic, tmp_path):
    logistic.write(tmp_path / "bundle")
    before = (tmp_path / "bundle" / "manifest.json").read_bytes()
    with pytest.raises(BundleError, match="is there already"):
        logistic.write(tmp_path / "bundle", threshold=0.5)
    assert (tmp_path / "bundle" / "manifest.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_a_failed_write_leaves_nothing(logistic, tmp_path, monkeypatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("willbuy.models.bundle_files.os.fsync", full)
    with pytest.raises(BundleError, match=r"could not be written: No space left on device\. Nothing"):
        logistic.write(tmp_path / "bundle")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"golden": np.zeros((0, 7))}, BundleError),
        ({"golden": np.zeros((1001, 7))}, BundleError),
        ({"golden": np.zeros((5, 6))}, InputError),
        ({"feature_names": ("a",) * 7}, BundleError),
        ({"feature_names": ("a", "b")}, InputError),
        ({"threshold": 1.5}, BundleError),
        ({"threshold": float("nan")}, BundleError),
        ({"fields": {"threshold": 1}}, ValueError),
        ({"fields": {"metrics": {"auc": float("inf")}}}, ValueError),
        ({"fields": {"metrics": object()}}, TypeError),
    ],
)
def test_what_cannot_be_loaded_is_not_written(logistic, tmp_path, changes, error):
    with pytest.raises(error):
        logistic.write(tmp_path / "bundle", **changes)
    assert list(tmp_path.iterdir()) == []


def test_a_native_file_that_scores_otherwise_is_not_written(boosted, rows, tmp_path):
    from willbuy.models.candidates import XGBoostCandidate

    other = XGBoostCandidate(rounds=3, threads=1).fit(rows.X, rows.y, 1, rows.names)
    with pytest.raises(BundleError, match="golden rows' log_odds moved by"):
        boosted.write(tmp_path / "bundle", native=other.native)
    with pytest.raises(BundleError, match="cannot read the model"):
        boosted.write(tmp_path / "bundle", native=b"no model at all")


KILLED = """
import os, sys
import numpy as np
from willbuy.models.bundle import write_bundle
from willbuy.models.calibrators import SigmoidCalibrator
from willbuy.models.scorers import LogisticScorer

left, sync, rename = int(sys.argv[2]), os.fsync, os.rename

def count(call):
    def counted(*arguments, **keywords):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return call(*arguments, **keywords)
    return counted

os.fsync, os.rename = count(sync), count(rename)
scorer = LogisticScorer(center=[0], scale=[1], weight=[1], null_weight=[0], null_share=[0], intercept=-2)
write_bundle(sys.argv[1], scorer=scorer, calibrator=SigmoidCalibrator(intercept=0, slope=1), features_spec=[],
    feature_names=["a"], threshold=0.5, fields={}, golden=np.ones((3, 1)))
"""


def test_killed_at_any_moment_it_is_complete_or_not_there(tmp_path, root):
    there = []
    for moment in range(7):
        folder = tmp_path / f"bundle-{moment}"
        command = [sys.executable, "-c", KILLED, str(folder), str(moment)]
        done = subprocess.run(command, capture_output=True, check=False, env=_env(root))
        assert done.returncode in (0, 9), done.stderr
        there.append(folder.exists())
        if folder.exists():
            load_bundle(folder)
    # three files and their folder are synced, then the name appears
    assert there == sorted(there)
    assert there.count(False) >= 4
    assert there[-1]


def test_nan_becomes_null_and_numpy_becomes_plain(logistic, tmp_path):
    fields = {"metrics": {"auc": np.float32(0.5), "ap": float("nan"), "n": np.int64(3)}, "list": np.arange(2)}
    logistic.write(tmp_path / "bundle", fields=fields)
    manifest = load_bundle(tmp_path / "bundle").manifest
    assert manifest["metrics"] == {"auc": 0.5, "ap": None, "n": 3}
    assert manifest["list"] == [0, 1]


def _forge(folder: Path, **changes: object) -> None:
    """Change the manifest and seal it anew, as somebody would who knows the format."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest.pop("checksum")
    (folder / "manifest.json").write_bytes(seal({**manifest, **changes}))


def test_golden_rows_are_scored_at_every_load(boosted, tmp_path):
    """M8: at most 1e-12 on the same platform, 1e-6 on another, else refused."""
    boosted.write(tmp_path / "bundle")
    golden = unpack((tmp_path / "bundle" / "golden.npz").read_bytes(), "golden.npz")
    for name, move, same_platform in (
        ("log_odds", 1e-9, False),
        ("probability", 1e-11, False),
        ("probability", 1e-13, True),
    ):
        content = pack({**golden, name: golden[name] + move})
        (tmp_path / "bundle" / "golden.npz").write_bytes(content)
        files = json.loads((tmp_path / "bundle" / "manifest.json").read_bytes())["files"]
        files["golden.npz"] = {"sha256": sha256(content), "size": len(content)}
        _forge(tmp_path / "bundle", files=files)
        if same_platform:
            load_bundle(tmp_path / "bundle")
        else:
            with pytest.raises(BundleError, match=f"golden rows' {name} moved by"):
                load_bundle(tmp_path / "bundle")


def test_another_platform_may_differ_by_a_millionth(logistic, tmp_path):
    logistic.write(tmp_path / "bundle")
    _forge(tmp_path / "bundle", platform={"system": "Plan9", "machine": "vax", "numpy": "2.0"})
    load_bundle(tmp_path / "bundle")
    bundle = load_bundle(tmp_path / "bundle")
    written = bundle.golden["log_odds"]
    bundle.golden = {**bundle.golden, "log_odds": written + 5e-7}
    bundle_module.check_golden(bundle, bundle_module.OTHER_PLATFORM)
    bundle.golden = {**bundle.golden, "log_odds": written + 2e-6}
    with pytest.raises(BundleError, match="moved by 2"):
        bundle_module.check_golden(bundle, bundle_module.OTHER_PLATFORM)


@pytest.mark.parametrize(
    "told", [None, {}, {"method": "linear"}, {"method": 1, "base": 0.0}, {"method": "linear", "base": "0"}]
)
def test_a_manifest_that_does_not_say_how_contributions_are_made_is_refused(logistic, tmp_path, told):
    logistic.write(tmp_path / "bundle")
    _forge(tmp_path / "bundle", contributions=told)
    with pytest.raises(BundleError, match="is no usable bundle"):
        load_bundle(tmp_path / "bundle")


def test_an_older_format_says_what_to_do(logistic, tmp_path):
    logistic.write(tmp_path / "bundle")
    for number in (0, 1, 3, True, "1", None):
        _forge(tmp_path / "bundle", format=number)
        with pytest.raises(BundleError, match=r"has format .*; this version reads format 2\. Train again"):
            load_bundle(tmp_path / "bundle")


def test_the_manifest_is_canonical():
    sealed = seal({"b": (1, 2.5), "a": {"y": None, "x": "ä"}, "format": 2})
    assert sealed == seal({"format": 2, "a": {"x": "ä", "y": None}, "b": [1, 2.5]})
    assert canonical(parse(sealed)) == sealed
    assert sealed.isascii()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff\xfe",
        b'{"format":2,"format":2}',
        b'{"format": NaN}',
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"format": ' + b"9" * 5000 + b"}",
        b'{"format": 2}',
    ],
)
def test_hostile_manifests_are_one_line_errors(tmp_path, text):
    (tmp_path / "manifest.json").write_bytes(text)
    with pytest.raises(BundleError) as caught:
        load_bundle(tmp_path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


SERVE = """
import sys
events = []
sys.addaudithook(lambda name, _: events.append(name) if name.startswith("pickle") else None)
import willbuy
bundle = willbuy.load(sys.argv[1])
import numpy as np
print(bundle.predict_proba(np.ones((2, 7)))[0], bundle.predict({name: [1, None] for name in bundle.feature_names}))
heavy = {"pandas", "sklearn", "xgboost", "duckdb", "scipy", "pydantic", "joblib"} & set(sys.modules)
assert not heavy, heavy
assert not events, events
"""


def test_serving_needs_numpy_alone_and_opens_no_pickle(trained, tmp_path, root):
    trained.write(tmp_path / "bundle")
    command = [sys.executable, "-c", SERVE, str(tmp_path / "bundle")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_env(root))
    assert done.returncode == 0, done.stderr
    expected = load_bundle(tmp_path / "bundle").predict_proba(np.ones((1, 7)))[0]
    assert done.stdout.startswith(f"{expected} ")


def _env(root: Path) -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(root / "src")}
