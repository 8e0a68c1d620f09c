"""The page: its header and its sections, in the order of reading."""

from pathlib import Path
from typing import Any

from willbuy.evaluation.report.document import document, write_whole
from willbuy.evaluation.report.html import Html, escape, join, paragraph, tag
from willbuy.evaluation.words import count, moment, percent
from willbuy.explore.sections import table
from willbuy.explore.sections.features import features
from willbuy.explore.sections.labels import labels
from willbuy.explore.sections.quality import quality
from willbuy.explore.sections.steps import steps
from willbuy.explore.sections.time import time
from willbuy.explore.sections.visitors import visitors

OF_A_LOG = (steps, time, visitors, labels, features, quality)
OF_A_TABLE = (table.outcome, table.columns, table.together, table.came_in)

Tile = tuple[str, str, str]


def write_page(found: dict[str, Any], path: Path) -> None:
    """Write the page of `explore`'s numbers: one HTML file that needs nothing beside it."""
    write_whole(page(found), path)


def page(found: dict[str, Any]) -> str:
    """The page of a log or of a table as text."""
    of_log = found["of"] == "log"
    sections = OF_A_LOG if of_log else OF_A_TABLE
    tiles = _log_tiles(found) if of_log else _table_tiles(found)
    body = join([tag("div", *map(_tile, tiles), class_="tiles"), *(one(found) for one in sections)], "\n")
    title = f"What the {found['of']} holds"
    footer = paragraph(
        f"Made by willbuy explore. Every figure is of the {found['of']} as it was read; --json prints the same figures."
    )
    header = _header(title, found["shop"], _log_facts(found) if of_log else _table_facts(found))
    without = "The charts need JavaScript; willbuy explore --json prints their figures."
    return document(f"{found['shop']}: {title}", header, body, footer, without)


def _header(title: str, shop: str, facts: list[str]) -> Html:
    spans = (tag("span", escape(fact)) for fact in (shop, *facts))
    return tag(
        "header",
        tag("p", "willbuy", class_="brand"),
        tag("h1", escape(title)),
        tag("p", join(spans, " "), class_="facts"),
    )


def _log_facts(found: dict[str, Any]) -> list[str]:
    log = found["log"]
    return [f"{moment(log['first'])} to {moment(log['last'])} (UTC)", f"days and hours of {log['zone']}"]


def _table_facts(found: dict[str, Any]) -> list[str]:
    made = found["table"]
    order = f"ordered by {made['order']}" if made["order"] else "no order in time"
    return [f"who bought: {made['target']}", order]


def _log_tiles(found: dict[str, Any]) -> list[Tile]:
    log, visitors = found["log"], found["conversion"]["visitors"]
    bought = f"{count(visitors['hits'])} of {count(visitors['of'])}"
    return [
        ("events", count(log["events"]), ""),
        ("visitors", count(log["visitors"]), ""),
        ("sessions", count(log["sessions"]), ""),
        (f"visitors with a {log['goal']}", percent(visitors["rate"]), bought),
    ]


def _table_tiles(found: dict[str, Any]) -> list[Tile]:
    made, buyers = found["table"], found["balance"]["buyers"]
    return [
        ("rows", count(made["rows"]), ""),
        ("entities", count(made["entities"]), "" if made["id"] else "each row its own"),
        (
            "columns used",
            count(made["columns"]),
            f"{count(len(made['unused']))} not declared" if made["unused"] else "",
        ),
        ("rows that buy", percent(buyers["rate"]), f"{count(buyers['hits'])} of {count(buyers['of'])}"),
    ]


def _tile(tile: Tile) -> Html:
    name, value, below = tile
    lines = [tag("p", escape(name), class_="name"), tag("p", escape(value), class_="value")]
    return tag("div", *lines, tag("p", escape(below), class_="bounds") if below else "", class_="tile")
