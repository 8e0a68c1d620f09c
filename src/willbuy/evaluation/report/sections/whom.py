"""Whom to act on: how many buyers, and how much profit, stand among the best-scored shares of the rows."""

from willbuy.evaluation.report.charts import profit as profit_chart
from willbuy.evaluation.report.charts.curve import HEIGHT, curve
from willbuy.evaluation.report.curves import Curves
from willbuy.evaluation.report.html import Html, chart, section, stacked, table, tag
from willbuy.evaluation.result.decision import ThresholdResult
from willbuy.evaluation.result.metrics import Estimate, Metrics
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.words import (
    count,
    figure,
    interval,
    money,
    money_interval,
    percent,
    percent_interval,
    share,
)


def whom(result: Result, found: Curves | None) -> Html:
    """The section."""
    test, plots = result["test"], [*_gain(found), *_profit(result)]
    contact = _contact(result)
    side_by_side = [*plots, contact] if len(plots) == 1 and not result.get("profit") else plots
    return section(
        "whom",
        "Whom to act on",
        tag("div", *side_by_side, class_="pair") if plots else "",
        "" if contact in side_by_side else contact,
        lead="Nobody can act on everyone. This is what acting on the best-scored rows would have reached in the test part."
        + _people(test),
    )


def _gain(found: Curves | None) -> list[Html]:
    if found is None:
        return []
    return [
        chart(
            curve(found["gain"], "best-scored share of rows", "share of those that bought", [(0, 0), (1, 1)]),
            "How many of the rows that bought are among the best-scored, with a 95 % band. Dashed: a random pick.",
            height=HEIGHT,
        )
    ]


def _profit(result: Result) -> list[Html]:
    points, thresholds = result.get("profit"), result.get("thresholds") or []
    if not points:
        return []
    chosen = next((one["test"] for one in thresholds if one["chosen"]), None)
    return [
        chart(
            profit_chart.profit(points, chosen, f"profit{_currency(result)}"),
            "Profit if every reached buyer is worth the margin, with a 95 % band. The dot is the threshold in use. Dashed:"
            " nobody is contacted.",
            height=profit_chart.HEIGHT,
        )
    ]


def _people(test: Metrics) -> str:
    """What a row is, where it is not a person."""
    if test["n"] == test["entities"]:
        return ""
    return (
        f" The part holds several rows of some: {count(test['n'])} rows of {count(test['entities'])} entities,"
        f" {count(test['buyers'])} of which bought."
    )


def _contact(result: Result) -> Html:
    """The best-scored shares and the capacity: how many buyers each holds."""
    test, points = result["test"], result.get("profit") or []
    earned = {point["share"]: point["profit"] for point in points}
    rows = [
        _row(
            f"best {share(top['share'])}",
            count(top["n"]),
            count(top["buyers"]),
            (top["precision"], top["gain"], top["lift"]),
            earned.get(top["share"]),
        )
        for top in test["top"]
    ]
    capacity = next((one for one in result.get("thresholds") or [] if one["name"] == "capacity"), None)
    if capacity is not None:
        rows.append(_capacity(result, capacity))
    head = ["", "rows", "bought", "of these", "of all buyers", "lift"]
    head += [f"profit{_currency(result)}"] * bool(points)
    return table(head, [row[: len(head)] for row in rows], numbers=range(1, len(head)))


def _capacity(result: Result, found: ThresholdResult) -> list[str]:
    test = found["test"]
    return _row(
        stacked("capacity", found["words"]),
        count(test["selected"]),
        count(test["confusion"]["true_positive"]),
        (test["precision"], test["recall"], test["lift"]),
        test["profit"],
    )


def _row(
    name: str, rows: str, bought: str, rates: tuple[Estimate, Estimate, Estimate], profit: Estimate | None
) -> list[str]:
    of_these, of_all, lift = rates
    return [
        name,
        rows,
        bought,
        stacked(percent(of_these["value"]), percent_interval(of_these)),
        stacked(percent(of_all["value"]), percent_interval(of_all)),
        stacked(figure(lift["value"], 2), interval(lift, 2)),
        stacked(money(profit["value"]), money_interval(profit)) if profit else "–",
    ]


def _currency(result: Result) -> str:
    currency = result["offer"]["currency"] if "offer" in result else None
    return f", {currency}" if currency else ""
