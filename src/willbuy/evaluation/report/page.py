"""The page: its header, and the sections in the order of reading."""

from pathlib import Path

import pandas as pd

from willbuy.errors import WillbuyError
from willbuy.evaluation.report.curves import curves
from willbuy.evaluation.report.document import document, write_whole
from willbuy.evaluation.report.html import Html, escape, join, paragraph, tag
from willbuy.evaluation.report.sections.answer import answer
from willbuy.evaluation.report.sections.apart import apart
from willbuy.evaluation.report.sections.bands import bands
from willbuy.evaluation.report.sections.believed import believed
from willbuy.evaluation.report.sections.beside import beside
from willbuy.evaluation.report.sections.came_in import came_in
from willbuy.evaluation.report.sections.chosen_from import candidates
from willbuy.evaluation.report.sections.claims import again, claims
from willbuy.evaluation.report.sections.doctor import doctor
from willbuy.evaluation.report.sections.made_of import features
from willbuy.evaluation.report.sections.origins import origins
from willbuy.evaluation.report.sections.promised import promised
from willbuy.evaluation.report.sections.ranking import ranking
from willbuy.evaluation.report.sections.tested import tested
from willbuy.evaluation.report.sections.thresholds import thresholds
from willbuy.evaluation.report.sections.whom import whom
from willbuy.evaluation.result.run import Result

COLUMNS = ("y", "p", "entity", "anchor")


class ReportError(WillbuyError):
    """The predictions of a run do not fit its result."""


def write_report(result: Result, predictions: pd.DataFrame, path: Path) -> None:
    """Write the report of a run: one HTML file that needs nothing beside it.

    `predictions` are the scored rows of the test part: `y` (0 or 1), `p`, `entity`, `anchor`. The file appears whole or not at all.
    """
    write_whole(render_page(result, predictions), path)


def render_page(result: Result, predictions: pd.DataFrame) -> str:
    """The whole page as text. Raises ReportError where the predictions are not those that the result was made from."""
    _check(result, predictions)
    body = join(_sections(result, predictions), "\n")
    footer = paragraph(
        f"Made by willbuy from run {result['run']}. Every figure comes from that run’s result."
    )
    return document(f"{result['shop']}: {result['task']['words']}", _header(result), body, footer)


def _sections(result: Result, predictions: pd.DataFrame) -> list[Html]:
    found = curves(
        predictions["y"], predictions["p"], _codes(predictions), result["test"]["bootstrap"]["seed"]
    )
    return [
        answer(result),
        beside(result),
        whom(result, found),
        thresholds(result),
        bands(result),
        believed(result, predictions),
        ranking(result, found),
        apart(result),
        origins(result),
        promised(result),
        tested(result),
        doctor(result),
        features(result),
        candidates(result),
        came_in(result),
        claims(result),
        again(result),
    ]


def _codes(predictions: pd.DataFrame) -> pd.Series:
    return pd.Series(pd.factorize(predictions["entity"])[0])


def _header(result: Result) -> Html:
    task = result["task"]
    facts = [result["shop"], task["population"], f"model {result['model']}", f"run {result['run']}"]
    return tag(
        "header",
        tag("p", "willbuy", class_="brand"),
        tag("h1", escape(task["words"])),
        tag("p", join((tag("span", escape(fact)) for fact in facts if fact), " "), class_="facts"),
    )


def _check(result: Result, predictions: pd.DataFrame) -> None:
    missing = [column for column in COLUMNS if column not in predictions.columns]
    if missing:
        raise ReportError(f"the predictions have no column {missing[0]!r}; expected {', '.join(COLUMNS)}")
    found = len(predictions), int(predictions["y"].sum())
    expected = result["test"]["n"], result["test"]["positives"]
    if found != expected:
        raise ReportError(
            f"the predictions hold {found[0]} rows and {found[1]} buyers, the result {expected[0]} and {expected[1]}:"
            " they are of different runs. Train again"
        )
