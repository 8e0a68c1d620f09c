"""S7 and M2: what the serving process imports, and what an audit hook sees of it after its start."""

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from made_up_models import empty_shop, make_run
from registry.test_loading import Bomb, put

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
TRAINING_ONLY = {"pandas", "sklearn", "xgboost", "scipy", "duckdb", "altair", "optuna", "mlflow", "joblib"}
ROOMS = (
    "service",
    "store",
    "events/live",
    "features/live",
    "features/algebra",
    "models/one_row",
    "models/scorers",
)
READING = (
    "audit",
    "hashed_ids",
    "fitted_live",
    "models.bundle",
    "models.calibrators",
    "models.prepare",
    "models.contributions",
    "models.reasons",
    "offers.bands",
    "registry.loading",
    "registry.pointer",
    "registry.proof",
    "registry.trial",
)


def modules_of(room: str) -> list[str]:
    """Every module of a room, by its dotted name."""
    found = (path.relative_to(SOURCE).with_suffix("") for path in (SOURCE / "willbuy" / room).rglob("*.py"))
    return sorted(".".join(path.parts).removesuffix(".__init__") for path in found)


def python(*arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(SOURCE), str(ROOT / "tests")))}
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_s7_every_module_of_the_serving_side_imports_numpy_at_most():
    every = [module for room in ROOMS for module in modules_of(room)]
    assert len(every) > 80
    every += [f"willbuy.{name}" for name in READING]
    code = (
        "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)\nprint(*sys.modules)"
    )
    loaded = {name.partition(".")[0] for name in python("-c", code, *every).split()}
    assert loaded & TRAINING_ONLY == set()
    assert "numpy" in loaded


@pytest.fixture(scope="module")
def audited(tmp_path_factory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("served")
    home = empty_shop(folder).home
    runs = [make_run(home, 1, family="forest"), make_run(home, 2)]
    hostile = put(
        home / "runs" / make_run(home, 3) / "bundle", "model.npz", pickle.dumps(Bomb(folder / "canary"))
    )
    script = str(Path(__file__).with_name("audited.py"))
    found: dict[str, Any] = json.loads(python(script, str(folder), *runs, hostile))
    assert not (folder / "canary").exists()
    assert found["error"] is None
    assert found["swapped"]
    assert found["served"] == runs[1]
    return found


def test_the_process_answered_before_and_after_the_swap(audited):
    before, after = audited["codes"]
    assert before == after
    assert set(before) >= {200, 404}
    assert 500 not in before
    assert {before[2], before[4]} <= {400, 415, 422}  # a text for a number; a pickle for JSON


def test_s7_no_training_library_in_the_process_that_served(audited):
    assert set(audited["modules"]) & TRAINING_ONLY == set()


def test_s7_no_pickle_no_text_evaluated_no_process_but_the_first_load(audited):
    """0 audit events after the start, but the one documented child: a promoted bundle's first load."""
    seen = [(event, about) for event, about in audited["seen"] if "willbuy.registry.trial" not in about]
    assert seen == []
    assert [event for event, _ in audited["seen"]].count("subprocess.Popen") == 2


def test_m2_a_pickle_in_the_place_of_a_model_is_refused_and_seen_by_no_unpickler(audited):
    assert "no usable bundle" in audited["refused"]
    assert "pickle.find_class" not in [event for event, _ in audited["seen"]]


def test_the_hook_sees_what_it_is_to_see():
    code = (
        "import sys, pickle, os\nseen = []\nsys.addaudithook(lambda event, about: seen.append((event, str(about))))\n"
        "pickle.loads(pickle.dumps(print)); eval('1'); os.system('true')\nprint(seen)"
    )
    told = python("-c", code)
    assert all(name in told for name in ("pickle.find_class", "exec", 'file "<string>"', "os.system"))
