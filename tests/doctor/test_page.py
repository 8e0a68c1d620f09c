"""The doctor's page: self-contained, every finding with its proof, pictures where they help, nothing from outside unescaped."""

import re
from pathlib import Path

import numpy as np
import pytest

from doctor.plants import sessions
from willbuy.doctor.case import Case
from willbuy.doctor.diagnosis import Diagnosis
from willbuy.doctor.drift import drift
from willbuy.doctor.examine import examine
from willbuy.doctor.page import render_page, write_page

HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture(scope="module")
def diagnosis() -> Diagnosis:
    """A column that breaks, one with a hostile name that is the outcome, a formula, and drift."""
    columns, y = sessions(7, rows=6000)
    random, periods = np.random.default_rng(1), np.arange(6000) // 1000
    written = np.where(y, random.gamma(2, 5, 6000), random.binomial(1, 0.2, 6000) * 1.0)
    columns["page_value"] = np.where(y & (periods > 2) & (random.random(6000) < 0.3), 0.0, written)
    columns[HOSTILE] = y + random.normal(0, 0.05, 6000)
    columns["total"] = columns["views"] + columns["carts"] + y
    case = Case(columns, y, periods=periods, period_names={n: f"week {n}" for n in range(6)})
    found = examine(case, accept={f"too_good:{HOSTILE}": "<b>why</b>", "gone": "x"})
    moved = {name: values * 2 for name, values in columns.items()}
    return found.plus(drift(columns, moved), [])


def test_every_finding_stands_with_its_words_and_its_way_out(diagnosis: Diagnosis, tmp_path: Path) -> None:
    write_page(diagnosis, "shop", tmp_path / "doctor.html")
    page = (tmp_path / "doctor.html").read_text(encoding="utf-8")
    names = {one.suspicion for one in diagnosis.findings}
    assert {"known_when", "too_good", "reconstruction", "drift"} <= names
    assert "Leak: known_when:page_value" in page and "total - views - carts" in page
    assert "[doctor] accept names gone, which was not found" in page
    assert not re.search(r'(src|href)="', re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL))


def test_what_came_from_a_table_is_escaped(diagnosis: Diagnosis) -> None:
    page = render_page(diagnosis, HOSTILE)
    assert HOSTILE not in page and "<b>why</b>" not in page
    assert "Accepted: &lt;b&gt;why&lt;/b&gt;" in page


def test_the_pictures_have_words(diagnosis: Diagnosis) -> None:
    page = render_page(diagnosis, "shop")
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", page)
    assert len(captions) == 3 and all(len(one) > 30 for one in captions)


def test_a_clean_case_has_a_page_too() -> None:
    columns, y = sessions(3)
    page = render_page(examine(Case(columns, y)), "shop")
    assert "No leak found." in page and "What was asked" in page
