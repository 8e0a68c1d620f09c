"""POST /predict: what is answered, and what is refused without being repeated."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.conftest import TABLE_RECORD
from willbuy.models.prepare.records import RecordReader
from willbuy.service.state import State

FIELDS = {
    "purchase_prediction",
    "purchase_probability",
    "prediction_confidence",
    "propensity_to_buy",
    "band",
    "threshold",
    "model_version",
}


def test_a_record_of_a_table_is_scored_under_its_own_id(table_client: TestClient, table_state: State) -> None:
    found = table_client.post("/predict", json=TABLE_RECORD)
    assert found.status_code == 200, found.text
    said = found.json()
    assert set(said) == {"session", *FIELDS}
    assert said["session"] == "s1"
    serving = table_state.holder.current
    assert serving is not None
    reader = RecordReader.of_manifest(serving.bundle.manifest, typed=True)
    row = reader.row({name: value for name, value in TABLE_RECORD.items() if name != "session"})
    assert said["purchase_probability"] == serving.bundle.predict_proba(row)[0]
    assert said["model_version"] == serving.version


def test_a_record_of_a_log_flat_or_under_features(
    log_client: TestClient, log_state: State, log_record: dict[str, Any]
) -> None:
    flat = log_client.post("/predict", json={"customer_id": 12345, **log_record})
    nested = log_client.post("/predict", json={"customer_id": 12345, "features": log_record})
    assert flat.status_code == nested.status_code == 200, flat.text
    assert flat.json() == nested.json()
    bundle = log_state.holder.current.bundle  # type: ignore[union-attr]
    assert flat.json()["purchase_probability"] == bundle.golden["probability"][0]
    assert flat.json()["customer_id"] == 12345


@pytest.mark.parametrize("reasons", [0, 1, 3])
def test_reasons_where_they_are_asked_for(
    log_client: TestClient, log_record: dict[str, Any], reasons: int
) -> None:
    found = log_client.post(f"/predict?reasons={reasons}", json=log_record).json()
    assert len(found["reasons"]) == reasons
    assert all(set(one) == {"feature", "text", "contribution"} for one in found["reasons"])


@pytest.mark.parametrize("value", ["1e39", "-1e39", "9" * 40, "9" * 400])
def test_a_number_out_of_range_is_named(table_client: TestClient, value: str) -> None:
    body = json.dumps(TABLE_RECORD).replace('"visits": 5', f'"visits": {value}')
    for path, content in (("/predict", body), ("/predict/batch", f'{{"customers": [{body}]}}')):
        said = table_client.post(path, content=content).json()
        error = said["error"] if path == "/predict" else said["predictions"][0]["error"]
        assert (error["code"], error["field"]) == ("out_of_range", "visits")


def test_the_records_of_the_docs_are_scored(table_client: TestClient, root: Path) -> None:
    shown = re.findall(
        r'^\{"customer_id".*\}$', (root / "docs" / "serve.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(shown) == 2
    answers = [table_client.post("/predict", content=body).json() for body in shown]
    assert answers[0]["customer_id"] == 12345
    assert answers[0] == answers[1]


def test_a_row_that_cannot_be_written_to_is_scored(table_state: State, log_state: State) -> None:
    """The row of a record that was read in one step lies over its bytes: no model may work in it."""
    for state in (table_state, log_state):
        serving = state.holder.current
        assert serving is not None
        row = serving.bundle.golden["rows"][0].copy()
        row.flags.writeable = False
        assert serving.one(row)[1] == serving.bundle.golden["probability"][0]
        assert serving.reasons(row, 2) == serving.reasons(row.copy(), 2)
