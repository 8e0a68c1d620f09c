"""The report: self-contained, harmless, and nothing on it that the result does not hold."""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import precision_recall_curve, roc_curve

from evaluation.sample import make_result
from willbuy.evaluation import words
from willbuy.evaluation.over_folds import over_folds
from willbuy.evaluation.report import render_page, write_report
from willbuy.evaluation.report.curves import curves
from willbuy.evaluation.report.page import ReportError
from willbuy.evaluation.report.sections.claims import CLAIMS
from willbuy.evaluation.result.run import Result

NUMBER = re.compile(r"\d(?:[\d,]*\d)?(?:\.\d+)?(?:e-?\d+)?")


class Reader(HTMLParser):
    """The visible text, the attributes, the scripts and the styles of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.open: list[str] = []
        self.specs: list[dict[str, Any]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in ("meta", "br"):
            self.open.append(f"{tag} {dict(attrs).get('type') or ''}".strip())

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().split()[0] == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        inside = self.open[-1] if self.open else ""
        if inside == "style":
            self.styles.append(data)
        elif inside == "script application/json":
            self.specs.append(json.loads(data))
        elif inside == "script":
            self.scripts.append(data)
        elif inside != "title":
            self.text.append(data)


@pytest.fixture(scope="module")
def made() -> tuple[Result, pd.DataFrame, str]:
    result, predictions = make_result(visitors=1500)
    return result, predictions, render_page(result, predictions)


def test_the_page_asks_nothing_of_the_network(made: tuple[Result, pd.DataFrame, str]) -> None:
    page = Reader(made[2])
    assert not page.open, "every element is closed"
    names = {name for name, _ in page.attributes}
    assert not names & {"src", "href", "srcset", "data", "action", "background", "poster"}
    assert not any(re.search(r"//|url\(|@import", value) for _, value in page.attributes)
    assert not any(re.search(r"https?:|url\(|@import", style) for style in page.styles)
    assert not any("http" in json.dumps(spec) for spec in page.specs)
    library, own = page.scripts
    assert "vegaEmbed" in library and "http" not in own
    # the drawing library names schemas and namespaces and a link in a menu that is switched off; it fetches none of them
    assert set(re.findall(r"https?://([\w.]+)", library)) <= {"www.w3.org", "vega.github.io", "github.com"}
    assert "actions: false" in own


def test_the_search_is_told_with_its_trials_and_its_nested_gap(
    made: tuple[Result, pd.DataFrame, str],
) -> None:
    found = made[2][made[2].index("How the settings were found") :][:1500]
    assert "better than the defaults by more than one standard error" in found
    assert ">8<" in found and "−0.012" in found


def test_every_chart_stands_beside_its_words(made: tuple[Result, pd.DataFrame, str]) -> None:
    page = Reader(made[2])
    assert len(page.specs) == 13
    assert made[2].count("<figcaption>") == 13 and made[2].count('role="img"') == 13
    for spec in page.specs:
        assert spec["width"] == "container" and spec["config"]["background"] == "transparent"


def leaves(value: Any) -> list[Any]:
    """Every number and text of a result."""
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in (key, *leaves(inner))]
    if isinstance(value, list | tuple):
        return [len(value), *(leaf for inner in value for leaf in leaves(inner))]
    return [value]


def forms(value: Any) -> set[str]:
    """All the ways in which the page may write a leaf."""
    if isinstance(value, str):
        return set(NUMBER.findall(value)) | set(NUMBER.findall(words.moment(value)))
    if value is None or isinstance(value, bool):
        return set()
    texts = [str(value), words.count(value), words.percent(value), words.share(value)]
    texts += [words.figure(value, digits) for digits in (1, 2, 3, 4)]
    texts += [words.money(value), words.skill({"value": value, "low": value, "high": value})]
    return {number for text in texts for number in NUMBER.findall(text)}


def test_every_number_on_the_page_comes_from_the_result(made: tuple[Result, pd.DataFrame, str]) -> None:
    result, _, page = made
    derived: list[Any] = [len(result["test"]["calibration"])]
    for metrics in (result["test"], *result["rules"].values()):
        cells = metrics["confusion"]
        derived += [
            cells["true_positive"] + cells["false_positive"],
            cells["false_negative"] + cells["true_negative"],
        ]
        derived += [metrics["n"] - metrics["positives"]]
    derived += [(result["test"]["average_precision"]["value"] or 0) / (result["test"]["base_rate"] or 1)]
    for threshold in result["thresholds"]:
        cells, n = threshold["test"]["confusion"], threshold["test"]["n"]
        derived += [cells["false_positive"] + cells["true_negative"], n - threshold["test"]["selected"]]
    derived += [band["n"] / result["test"]["n"] for band in result["bands"]]
    ingest = result["ingest"]
    derived += [ingest[name] / ingest["read"] for name in ("accepted", "rejected", "duplicates")]  # type: ignore[literal-required]
    spans = [result["split"]["horizon_seconds"] / 86400, result["split"]["lag_seconds"] / 3600]
    prose = {"95", "10", "1", "0.5", "0"}  # 95 % intervals, "10 %", 1 is right, 0.5 is blind guessing
    allowed = prose.union(*(forms(leaf) for leaf in [*leaves(result), *derived, *spans]))
    text = " ".join(Reader(page).text)
    strangers = sorted(set(NUMBER.findall(text)) - allowed)
    assert strangers == []
    assert len(NUMBER.findall(text)) > 300


@pytest.mark.parametrize(
    "path",
    [
        ("test", "roc_auc", "value"),
        ("test", "average_precision", "low"),
        ("test", "predicted_over_actual"),
        ("test", "confusion", "true_positive"),
        ("test", "intervals", "f1", "high"),
        ("thresholds", 3, "test", "precision", "low"),
        ("thresholds", 4, "test", "profit", "value"),
        ("thresholds", 0, "test", "confusion", "true_negative"),
        ("bands", 0, "actual", "value"),
        ("profit", 1, "profit", "high"),
        ("test", "brier_skill", "value"),
        ("rules", "recency", "log_loss", "value"),
        ("ingest", "duplicates"),
        ("differences", "everyone", "brier", "low"),
    ],
)
def test_a_figure_that_changes_in_the_result_changes_on_the_page(
    made: tuple[Result, pd.DataFrame, str], path: tuple[str, ...]
) -> None:
    changed: Any = json.loads(json.dumps(made[0]))
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = 0.4321 if isinstance(inner[path[-1]], float) else 4321
    read, before = Reader(render_page(changed, made[1])), Reader(made[2])
    page, charts = " ".join(read.text), json.dumps(read.specs)
    assert "0.43" in page or "4,321" in page or "43.2" in page or "0.4321" in charts
    assert page != " ".join(before.text) or charts != json.dumps(before.specs)


def test_text_of_users_is_harmless() -> None:
    hostile = '</script><script>alert("x")</script><img src=x onerror=alert(1)>'
    result, predictions = make_result(visitors=600, draws=100)
    result["shop"] = result["model"] = result["run"] = result["task"]["words"] = result["verdict"][
        "headline"
    ] = hostile
    result["features"][0]["name"] = result["features"][0]["meaning"] = hostile
    result["rules"][hostile] = result["rules"].pop("recency")
    result["differences"][hostile] = result["differences"].pop("recency")
    result["verdict"]["rule"] = hostile
    result["notes"] = [hostile]
    result["slices"] = {hostile: {hostile: result["test"]}}
    result["versions"][hostile] = hostile
    result["ingest"]["rejected_by_rule"] = {hostile: 3}
    result["candidates"][0]["name"] = hostile
    page = render_page(result, predictions)
    read = Reader(page)
    ours = page.replace(read.scripts[0], "")  # all but the drawing library
    assert "<script>alert" not in ours and "<img" not in ours
    assert len(read.scripts) == 2 and not any(name.startswith("on") for name, _ in read.attributes)
    assert hostile in "".join(read.text)  # shown as it is
    assert any(hostile in json.dumps(spec, ensure_ascii=False).replace('\\"', '"') for spec in read.specs)


def test_the_candidates_stand_fold_by_fold(made: tuple[Result, pd.DataFrame, str]) -> None:
    page = made[2]
    assert "worse than xgboost over 4 folds" in page
    assert "5 folds by entity; 4 of them were judged, since those held buyers enough." in page
    assert "How the settings were found, proposed by chance" in page


def test_candidates_of_one_fold_or_of_an_older_run_have_no_test(
    made: tuple[Result, pd.DataFrame, str],
) -> None:
    listed = [dict(candidate) for candidate in made[0]["candidates"]]
    one = over_folds({"logistic": [0.5], "xgboost": [0.6]}, "xgboost", metric="log_loss", dealt=5, repeats=1)
    for candidate in listed:
        candidate["over_folds"] = one[candidate["name"]]
    page = render_page({**made[0], "candidates": listed}, made[1])  # type: ignore[typeddict-item]
    assert "one fold alone cannot tell" in page and "Nadeau" not in page
    for candidate in listed:
        del candidate["over_folds"]
    older = render_page({**made[0], "candidates": listed}, made[1])  # type: ignore[typeddict-item]
    assert "What it was chosen from" in older and "folds by entity" not in older


def test_sections_without_data_are_left_out(made: tuple[Result, pd.DataFrame, str]) -> None:
    result = {key: value for key, value in made[0].items() if key in Result.__required_keys__}
    page = render_page(result, made[1])  # type: ignore[arg-type]
    for gone in (
        "What it looks at",
        "What it was chosen from",
        "What came in",
        "Label maturity",
        "where it errs",
        "Where to draw the line",
        "The bands",
        "worth the margin",
    ):
        assert gone in made[2] and gone not in page
    for kept in ("Beside the simple rules", "Whom to act on", *(head for head, _ in CLAIMS)):
        assert kept in page


def test_nobody_bought_still_makes_a_page() -> None:
    result, predictions = make_result(visitors=300, test_buyers=False)
    assert result["test"]["positives"] == 0
    page = " ".join(Reader(render_page(result, predictions)).text)
    assert "Not enough data: 0 buyers" in page and "there is nobody to rank" in page
    assert "How well it ranks" not in page and "nan" not in page.lower() and "None" not in page


def test_a_split_that_is_not_in_time_says_so(made: tuple[Result, pd.DataFrame, str]) -> None:
    note = "These figures are about other visitors of the same days, not about the future. Too short."
    split = {
        "kind": "not_future",
        "reason": "Too short.",
        "note": note,
        "folds": 5,
        "entities": 4,
        "seed": 0,
    }
    page = " ".join(Reader(render_page({**made[0], "split": split}, made[1])).text)
    assert "This is not a test on the future." in page and note in page
    assert "trained on the past" not in page


def test_a_split_of_sessions_says_how(made: tuple[Result, pd.DataFrame, str]) -> None:
    split = {"kind": "time", "reason": "", "cutoff": "2024-05-27T12:30:00", "lag_seconds": 0.0}
    page = " ".join(Reader(render_page({**made[0], "split": split}, made[1])).text)
    assert "Sessions that had closed by 2024-05-27 12:30" in page


def test_predictions_of_another_run_are_refused(
    made: tuple[Result, pd.DataFrame, str], tmp_path: Path
) -> None:
    with pytest.raises(ReportError, match="of different runs"):
        write_report(made[0], made[1].iloc[1:], tmp_path / "report.html")
    with pytest.raises(ReportError, match="no column 'anchor'"):
        write_report(made[0], made[1].drop(columns="anchor"), tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_the_file_appears_whole_and_the_same_each_time(
    made: tuple[Result, pd.DataFrame, str], tmp_path: Path
) -> None:
    write_report(made[0], made[1], tmp_path / "report.html")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == made[2]
    assert len(made[2]) < 1_500_000


def test_curves_pass_through_the_points_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    p = np.round(rng.beta(1, 4, 800), 2)
    y = (rng.random(800) < p).astype(int)
    found = curves(y, p, np.arange(800))
    assert found is not None
    false, true, _ = roc_curve(y, p, drop_intermediate=False)
    upper = {x: true[false == x].max() for x in false}
    places = np.array(sorted(upper))
    expected = np.interp([point["x"] for point in found["roc"]], places, [upper[x] for x in places])
    assert [point["y"] for point in found["roc"]] == pytest.approx(expected, abs=1e-6)
    precision, recall, _ = precision_recall_curve(y, p)
    for point in found["precision_recall"]:
        assert point["y"] == pytest.approx(precision[recall >= point["x"] - 1e-12][-1], abs=1e-6)
    gain = {point["x"]: point["y"] for point in found["gain"]}
    assert gain[0.0] == 0.0 and gain[1.0] == 1.0
    assert all(
        point["low"] <= point["y"] + 0.02 and point["high"] >= point["y"] - 0.02 for point in found["gain"]
    )  # type: ignore[operator]


@pytest.mark.gate
def test_a_browser_draws_every_chart(made: tuple[Result, pd.DataFrame, str], tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no Chromium on this machine: the charts were not drawn")
    page = tmp_path / "report.html"
    page.write_text(made[2], encoding="utf-8")
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
    ]
    options += [
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--virtual-time-budget=10000",
        f"--user-data-dir={tmp_path / 'profile'}",
    ]
    command = [browser, *options, "--dump-dom", page.as_uri()]
    drawn = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    assert (
        drawn.count('<svg xmlns="http://www.w3.org/2000/svg" ') == 13
        and drawn.count("could not be drawn") == 1
    )  # the script's own words


def test_labels_that_wait_say_until_when(made: tuple[Result, pd.DataFrame, str]) -> None:
    page = " ".join(Reader(made[2]).text)
    [waits] = [anchor for anchor in made[0]["anchors"] if not anchor["matured"]]
    assert "1 of 14 anchors had not matured" in page
    assert f"on {words.moment(waits['matures'])}" in page
    assert "The last training label was complete at" in page


def test_origins_that_are_off_say_why(made: tuple[Result, pd.DataFrame, str]) -> None:
    points = [dict(point) for point in made[0]["origins"]["points"]]
    figures = {**points[0]["figures"], "predicted_over_actual": {"value": 1.5, "low": 1.2, "high": 1.9}}
    rate = figures["base_rate"]
    for before, expected in ((2 * rate, "which the model could not know"), (rate / 2, "does not explain it")):
        points[0] = {**points[0], "figures": figures, "train_base_rate": before}
        origins = {**made[0]["origins"], "points": points}
        page = " ".join(Reader(render_page({**made[0], "origins": origins}, made[1])).text)  # type: ignore[typeddict-item]
        assert "1.50 buyers were predicted for each that bought" in page and expected in page


def test_base_rates_far_apart_warn(made: tuple[Result, pd.DataFrame, str]) -> None:
    parts = [{**part, "base_rate": 0.02} if part["part"] == "train" else part for part in made[0]["parts"]]
    page = " ".join(Reader(render_page({**made[0], "parts": parts}, made[1])).text)  # type: ignore[typeddict-item]
    assert "times that of the training part" in page and "times that of the training part" not in made[2]


def test_slices_that_are_off_by_more_than_chance_are_named(made: tuple[Result, pd.DataFrame, str]) -> None:
    [(by, of)] = made[0]["slices"].items()
    label, one = next(iter(of.items()))
    for bounds, expected in (({"low": 1.2, "high": 1.9}, True), ({"low": 0.9, "high": 1.9}, False)):
        intervals = {**one["intervals"], "predicted_over_actual": bounds}
        changed = {by: {**of, label: {**one, "predicted_over_actual": 1.5, "intervals": intervals}}}
        page = " ".join(Reader(render_page({**made[0], "slices": changed}, made[1])).text)  # type: ignore[typeddict-item]
        assert (f"Too high for {by} “{label}”: 1.50 buyers" in page) == expected
