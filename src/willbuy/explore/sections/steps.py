"""The way to a purchase: conversion and funnel."""

from typing import Any

from willbuy.evaluation.report.html import Html, section
from willbuy.evaluation.words import count, percent
from willbuy.explore.charts import bars
from willbuy.explore.sections.shown import pair, shown


def steps(found: dict[str, Any]) -> Html:
    """The section."""
    funnel, log = found["funnel"], found["log"]
    visits = (
        "the log’s own session ids"
        if log["own_sessions"]
        else f"a session ends after {log['session_gap']} without an event"
    )
    reading = (
        "Each step counts at the moment of the one before it, or later. Behind the bar: share of the first step, number; then "
        "all that had such an event, whatever came before it."
    )
    drawn = (
        pair(
            *(
                shown(
                    f"Funnel of {name}",
                    _ever(funnel[name], name),
                    _chart(funnel[name], name),
                    reading,
                    height=_height(funnel[name]),
                )
                for name in ("sessions", "visitors")
            )
        )
        if len(funnel["sessions"]) > 1
        else ""
    )
    return section(
        "funnel",
        "The way to a purchase",
        shown("Conversion", found["conversion"]["says"], None),
        shown("Steps", funnel["says"], None),
        drawn,
        lead=f"Sessions: {visits}.",
    )


def _ever(found: list[dict[str, Any]], name: str) -> str:
    last = found[-1]
    before = found[-2]
    return (
        f"Of {count(before['reached'])} {name} at the step before, {percent(last['of_before']['rate'])} reach the last step,"
        f" {last['kind']}."
    )


def _chart(found: list[dict[str, Any]], name: str) -> dict[str, Any]:
    rows = [
        {
            "name": step["kind"],
            "value": step["of_first"]["rate"] or 0.0,
            "text": f"{percent(step['of_first']['rate'])}, {count(step['reached'])} (ever: {count(step['ever'])})",
        }
        for step in found
    ]
    return bars.lying(rows, f"share of {name} of the first step", share=True, room=2.1)


def _height(found: list[dict[str, Any]]) -> int:
    return bars.lying_height(found)
