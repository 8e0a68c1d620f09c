"""The visitors: the heavy tail, likely bots, who comes back, and how soon."""

from collections.abc import Sequence
from typing import Any

from willbuy.evaluation.report.html import Html, escape, paragraph, section, table, tag
from willbuy.evaluation.words import count, percent, percent_interval
from willbuy.explore.charts import bars, lines
from willbuy.explore.charts import tail as tail_chart
from willbuy.explore.charts.colours import BLUE, GREY, VERMILION
from willbuy.explore.sections.shown import pair, shown
from willbuy.explore.words import DID, PLURALS, span


def visitors(found: dict[str, Any]) -> Html:
    """The section."""
    return section("visitors", "The visitors", _tail(found), _bots(found), *_returning(found), *_gaps(found))


def _tail(found: dict[str, Any]) -> Html:
    tails, many = found["tails"], PLURALS[found["log"]["goal"]]
    colours = {"events": BLUE} if many == "events" else {"events": BLUE, many: VERMILION}
    rows = [
        {**point, "name": name}
        for name, one in (("events", tails["events"]), (many, tails["goals"]))
        for point in one["points"]
    ]
    return shown(
        "The heavy tail",
        f"{tails['says']} {tails['says_goals']}",
        tail_chart.tail(rows, colours),
        "How many visitors have at least so many. Both axes: each step is ten times as much. A line that falls straight has no "
        "typical visitor.",
        height=tail_chart.HEIGHT,
    )


def _bots(found: dict[str, Any]) -> Html:
    bots = found["bots"]
    if not bots["bots"]:
        rule = paragraph(bots["rule"], "note") if bots["asked"] else ""
        return tag("div", shown("Likely bots", bots["says"], None), rule)
    did = DID[found["log"]["goal"]]
    rows = [
        ["likely bots", count(bots["bots"]), ""],
        [_part("fast within a minute"), count(bots["fast"]), ""],
        [_part("many events a day"), count(bots["many"]), ""],
        [_part("around the clock"), count(bots["around_the_clock"]), ""],
        ["their events", count(bots["events"]), percent(bots["share_of_events"])],
        [escape(f"visitors that {did}"), *_conversion(bots["conversion"])],
        [escape(f"visitors that {did}, without them"), *_conversion(bots["conversion_without"])],
    ]
    return tag(
        "div",
        shown("Likely bots", bots["says"], None),
        table(["", "number", "share"], rows, numbers=(1, 2), class_="narrow"),
        paragraph(bots["rule"], "note"),
    )


def _part(text: str) -> str:
    return f"… {escape(text)}"


def _conversion(found: dict[str, Any]) -> list[str]:
    return [
        count(found["hits"]),
        f"{percent(found['rate'])}<small>{escape(percent_interval({'low': found['low'], 'high': found['high']}))}</small>",
    ]


def _returning(found: dict[str, Any]) -> list[Html]:
    back = found["returning"]
    rows = [{"name": str(one["within_days"]), **one["back"]} for one in back["back"]]
    weeks = [
        {"at": week["week"], "name": name, "value": week[key]}
        for week in back["weeks"]
        for name, key in (("seen before", "returning"), ("new", "new"))
    ]
    return [
        pair(
            shown(
                "Who comes back",
                back["says"],
                lines.points(rows, "within so many days", "come back on a later day")
                if len(rows) > 1
                else None,
                "Of the visitors first seen at least so many days before the log ends: those with events on a later day within "
                "them. Lines: 95 % intervals.",
                height=lines.HEIGHT,
            ),
            shown(
                "New and known visitors",
                back["says_weeks"],
                lines.stacked_over_time(weeks, {"seen before": BLUE, "new": GREY}, "visitors a week")
                if len(back["weeks"]) > 2
                else None,
                "Visitors of each week, by whether the log had seen them before it. The first and the last week may be cut.",
                height=lines.HEIGHT,
            ),
        )
    ]


def _gaps(found: dict[str, Any]) -> list[Html]:
    gaps, goal = found["gaps"], found["log"]["goal"]
    height = {"height": bars.HEIGHT}
    return [
        pair(
            shown(
                "Time between sessions",
                gaps["says"],
                _bars(gaps["gaps"], "idle since the session before", "returns"),
                "Bars are of unlike width in time. A gap longer than the log cannot be seen in it.",
                **height,
            ),
            shown(
                "Recency",
                gaps["says_recency"],
                _day_bars(gaps["recency"]),
                "When each visitor was last seen, counted from the end of the log.",
                **height,
            ),
        ),
        shown(
            f"From first seen to the first {goal}",
            gaps["says_to_goal"],
            _bars(gaps["to_goal"], "since first seen", f"visitors that {DID[goal]}"),
            "Visitors that came before the log began seem newer here than they are.",
            **height,
        ),
    ]


def _bars(found: Sequence[dict[str, Any]], x: str, y: str) -> dict[str, Any] | None:
    rows = [{"name": _hours(one["low"], one["high"]), "value": one["count"]} for one in found]
    return bars.standing(rows, x, y) if len(rows) > 1 else None


def _hours(low: int, high: int | None) -> str:
    """`2–4 h`, `1–2 d`."""
    if high is None:
        return f"over {span(low)}"
    return f"{low}–{high} h" if high <= 24 else f"{low // 24}–{high // 24} d"


def _day_bars(found: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    rows = [{"name": str(one["low"]), "value": one["count"]} for one in found]
    return (
        bars.standing(rows, "days before the end of the log", "visitors", spans=True)
        if len(rows) > 1
        else None
    )
