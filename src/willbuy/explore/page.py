"""The page: its header and its sections, in the order of reading."""

from pathlib import Path
from typing import Any

from willbuy.evaluation.report.document import document, write_whole
from willbuy.evaluation.report.html import Html, escape, join, paragraph, tag
from willbuy.evaluation.words import count, moment, percent
from willbuy.explore.sections.features import features
from willbuy.explore.sections.labels import labels
from willbuy.explore.sections.quality import quality
from willbuy.explore.sections.steps import steps
from willbuy.explore.sections.time import time
from willbuy.explore.sections.visitors import visitors

OF_A_LOG = (steps, time, visitors, labels, features, quality)


def write_page(found: dict[str, Any], path: Path) -> None:
    """Write the page of `explore_log`'s numbers: one HTML file that needs nothing beside it."""
    write_whole(log_page(found), path)


def log_page(found: dict[str, Any]) -> str:
    """The page of a log as text."""
    body = join([_tiles(found), *(section(found) for section in OF_A_LOG)], "\n")
    title = f"{found['shop']}: what the log holds"
    footer = paragraph(
        "Made by willbuy explore. Every figure is of the log as it was read; --json prints the same figures."
    )
    return document(
        title,
        _header(found),
        body,
        footer,
        "The charts need JavaScript; willbuy explore --json prints their figures.",
    )


def _header(found: dict[str, Any]) -> Html:
    log = found["log"]
    facts = [
        found["shop"],
        f"{moment(log['first'])} to {moment(log['last'])} (UTC)",
        f"days and hours of {log['zone']}",
    ]
    return tag(
        "header",
        tag("p", "willbuy", class_="brand"),
        tag("h1", escape("What the log holds")),
        tag("p", join((tag("span", escape(fact)) for fact in facts), " "), class_="facts"),
    )


def _tiles(found: dict[str, Any]) -> Html:
    log, visitors = found["log"], found["conversion"]["visitors"]
    goal = log["goal"]
    tiles = [
        ("events", count(log["events"]), ""),
        ("visitors", count(log["visitors"]), ""),
        ("sessions", count(log["sessions"]), ""),
        (
            f"visitors with a {goal}",
            percent(visitors["rate"]),
            f"{count(visitors['hits'])} of {count(visitors['of'])}",
        ),
    ]
    return tag("div", *(_tile(*tile) for tile in tiles), class_="tiles")


def _tile(name: str, value: str, below: str) -> Html:
    lines = [tag("p", escape(name), class_="name"), tag("p", escape(value), class_="value")]
    return tag("div", *lines, tag("p", escape(below), class_="bounds") if below else "", class_="tile")
