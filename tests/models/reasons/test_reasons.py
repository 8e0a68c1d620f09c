"""Reasons: what is said, which are the strongest, and that the bundle says them from its manifest alone."""

import numpy as np
import pandas as pd
import pytest

from willbuy.errors import BundleError
from willbuy.models.bundle import load_bundle
from willbuy.models.manifest import parse, seal
from willbuy.models.reasons import Reason, Reasons

PHRASES = {
    "views": {"some": "{value} views", "one": "1 view", "none": "no view", "null": "", "form": "number"},
    "money": {"some": "spent {value}", "one": "", "none": "", "null": "spent nothing", "form": "money"},
    "share": {"some": "{value} likely", "form": "percent"},
    "later": {"some": "as {value}", "form": "a form of a later version"},
}


@pytest.mark.parametrize(
    ("feature", "value", "text"),
    [
        ("views", 0.0, "no view"),
        ("views", 1.0, "1 view"),
        ("views", 12345.0, "12,345 views"),
        ("views", np.nan, "views is not known"),
        ("money", 0.0, "spent 0.00"),
        ("money", 1999.0, "spent 19.99"),
        ("money", np.nan, "spent nothing"),
        ("share", 0.734, "73% likely"),
        ("later", 2.5, "as 2.5"),
        ("own", 2.5, "own is 2.5"),
    ],
)
def test_a_value_is_said(feature, value, text):
    names = (*PHRASES, "own")
    assert Reasons(names, PHRASES).say(names.index(feature), value) == text


def test_the_strongest_come_first_whatever_their_sign_and_nothing_is_said_of_nothing():
    reasons = Reasons(("views", "money", "own"), PHRASES)
    rows = np.array([[1.0, 200.0, 7.0], [2.0, np.nan, 7.0], [0.0, 0.0, 0.0]])
    parts = np.array([[0.5, -0.75, 0.0], [0.25, 0.5, 0.5], [0.0, 0.0, 0.0]])
    assert reasons.of_rows(rows, parts) == [
        [Reason("money", "spent 2.00", -0.75), Reason("views", "1 view", 0.5)],
        [
            Reason("money", "spent nothing", 0.5),
            Reason("own", "own is 7", 0.5),
            Reason("views", "2 views", 0.25),
        ],
        [],
    ]
    assert reasons.of_rows(rows[:0], parts[:0]) == []
    found = reasons.strongest(rows, parts, most=1)
    assert found.text.tolist() == [["spent 2.00"], ["spent nothing"], [""]]


def test_what_is_said_in_the_same_words_is_one_reason():
    none = {"some": "{value} views", "none": "no view"}
    phrases = {
        "count": none,
        "items": {"some": "{value} items", "none": "no view"},
        "share": {"some": "x", "null": "no view"},
    }
    reasons = Reasons(("other", "count", "items", "share"), phrases)
    rows = np.array([[5.0, 0.0, 0.0, np.nan], [5.0, 2.0, 0.0, np.nan], [5.0, 2.0, 3.0, 0.5]])
    parts = np.array([[0.5, -0.25, -0.5, 0.125]] * 3)
    before = parts.copy()
    found = reasons.of_rows(rows, parts, most=4)
    assert found[0] == [Reason("count", "no view", -0.625), Reason("other", "other is 5", 0.5)]
    assert [(reason.text, reason.contribution) for reason in found[1]] == [
        ("other is 5", 0.5),
        ("no view", -0.375),
        ("2 views", -0.25),
    ]
    assert len(found[2]) == 4
    assert (parts == before).all()
    assert [reasons.of_rows(rows[i : i + 1], parts[i : i + 1], most=4)[0] for i in range(3)] == found


def test_a_bundle_gives_its_reasons_from_any_table(trained, tmp_path):
    trained.write(tmp_path / "bundle", fields={"phrases": PHRASES, "currency_digits": 2})
    bundle = load_bundle(tmp_path / "bundle")
    X = trained.rows.X[:60]
    frame = pd.DataFrame(X, columns=list(trained.rows.names))
    found = bundle.reasons(frame)
    assert found == [bundle.reasons(X[i : i + 1])[0] for i in range(60)] == bundle.in_bulk(1).reasons(X)
    parts = bundle.contributions(frame)
    np.testing.assert_allclose(bundle.explained.base + parts.sum(axis=1), bundle.log_odds(X), atol=1e-5)
    for row, reasons in zip(parts, found, strict=True):
        expected = sorted(np.abs(row), reverse=True)[:3]
        assert [abs(reason.contribution) for reason in reasons] == [part for part in expected if part]
    assert any("view" in reason.text for reasons in found for reason in reasons)
    assert bundle.manifest["contributions"]["base"] == bundle.explained.base


def test_contributions_that_do_not_follow_from_the_arrays_are_refused(trained, tmp_path):
    trained.write(tmp_path / "bundle")
    path = tmp_path / "bundle" / "manifest.json"
    manifest = parse(path.read_bytes())
    manifest["contributions"]["base"] += 0.5
    del manifest["checksum"]
    path.write_bytes(seal(manifest))
    with pytest.raises(BundleError, match="contributions do not follow"):
        load_bundle(tmp_path / "bundle").reasons(trained.rows.X[:1])
