"""When things happen: day by day, by weekday, by hour, and each kind over time."""

from typing import Any

from willbuy.evaluation.report.html import Html, section
from willbuy.explore.charts import bars, heat, lines
from willbuy.explore.charts.colours import BLUE, KINDS
from willbuy.explore.sections.shown import shown, warnings
from willbuy.explore.words import DID, PLURALS, WEEKDAYS


def time(found: dict[str, Any]) -> Html:
    """The section."""
    zone = found["log"]["zone"]
    return section(
        "time",
        "When it happens",
        *_days(found),
        *_hours(found),
        *_kinds(found),
        lead=f"Days and hours are those of the shop’s clock, {zone}.",
    )


def _days(found: dict[str, Any]) -> list[Html]:
    by_day, goal = found["by_day"], found["log"]["goal"]
    days = by_day["days"]
    if len(days) < 2:
        return [shown("Day by day", by_day["says"], None)]
    events = [{"at": f"{day['day']}T00:00:00", "name": "events", "value": day["events"]} for day in days]
    rates = [
        {"at": f"{day['day']}T00:00:00", **{key: day["buyers"][key] for key in ("rate", "low", "high", "of")}}
        for day in days
    ]
    weekdays = [
        {
            "name": WEEKDAYS[one["weekday"]][:3],
            "value": one["mean"],
            "low": one["least"],
            "high": one["most"],
            "days": one["days"],
        }
        for one in by_day["weekdays"]
    ]
    cut = "The first and the last day may be cut." if len(days) > 2 else ""
    both = [
        shown(
            "Events by day",
            by_day["says"],
            lines.over_time(events, {"events": BLUE}, "events a day"),
            f"Events on each day. {cut}",
            height=lines.HEIGHT,
        )
    ]
    if _beside_the_goal(found):
        both.append(
            shown(
                f"Share of a day’s visitors that {DID[goal]}",
                by_day["says_rate"],
                lines.shares_over_time(rates, f"{DID[goal]} that day"),
                "The band is each day’s 95 % interval.",
                height=lines.HEIGHT,
            )
        )
    week = shown(
        "Weekly seasonality",
        by_day["says_week"],
        bars.ranges(weekdays, "events a day") if by_day["explained"] is not None else None,
        "Mean of the whole days of each weekday; the line runs from its least to its most.",
        height=bars.HEIGHT,
    )
    return [*both, week]


def _hours(found: dict[str, Any]) -> list[Html]:
    by_hour, goal = found["by_hour"], found["log"]["goal"]
    maps = [_map(by_hour["cells"], "events", "events an hour")]
    if _beside_the_goal(found):
        maps.append(_map(by_hour["cells"], "goals", f"{PLURALS[goal]} an hour"))
    rest = {"height": heat.heat_height(_weekdays(by_hour["cells"]))}
    reading = "Mean of each hour of the week over the times that it came."
    if not by_hour["whole_week"]:
        reading += " An empty place is an hour that the log does not reach."
    return [
        shown("Events by hour and weekday", by_hour["says"], maps[0], reading, **rest),
        *(
            shown(
                f"{PLURALS[goal].capitalize()} by hour and weekday",
                by_hour["says_goals"],
                one,
                reading,
                **rest,
            )
            for one in maps[1:]
        ),
    ]


def _beside_the_goal(found: dict[str, Any]) -> bool:
    """Whether the log holds events of the goal's kind, and others that could be without them."""
    kinds = {kind["kind"] for kind in found["kinds"]["kinds"]}
    return bool(found["conversion"]["events"] and kinds - {found["log"]["goal"], "other"})


def _map(cells: list[dict[str, Any]], what: str, title: str) -> dict[str, Any]:
    rows = [
        {
            "x": cell["hour"],
            "y": WEEKDAYS[cell["weekday"]],
            "value": round(cell[what] / cell["times"], 4),
            "text": f"{cell[what]:,} in {cell['times']:,} such hours",
        }
        for cell in cells
    ]
    return heat.heat(rows, list(range(24)), _weekdays(cells), ("hour of the day", None, title))


def _weekdays(cells: list[dict[str, Any]]) -> list[str]:
    """The weekdays that the log reaches, Monday first."""
    return [WEEKDAYS[weekday] for weekday in sorted({cell["weekday"] for cell in cells})]


def _kinds(found: dict[str, Any]) -> list[Html]:
    kinds = found["kinds"]
    rows = [{"at": one["at"], "name": one["kind"], "value": one["events"]} for one in kinds["counts"]]
    spec = lines.over_time(rows, KINDS, f"events by {kinds['step']}", tenfold=True)
    steps = len({row["at"] for row in rows})
    drawn = shown(
        "Kinds of events over time",
        kinds["says"],
        spec if steps > 1 else None,
        f"Events of each kind by {kinds['step']}. Each line of the grid is ten times the one below it, and the first step starts at 0; "
        "the first and the last point may be of a part only.",
        height=lines.HEIGHT,
    )
    return [drawn, warnings(kinds["warns"])]
