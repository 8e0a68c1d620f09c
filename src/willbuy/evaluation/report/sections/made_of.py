"""What the model is made of: its features, with what they mean and weigh."""

from willbuy.evaluation.report.charts import contributions as contributions_chart
from willbuy.evaluation.report.charts import importance as importance_chart
from willbuy.evaluation.report.html import Html, chart, details, escape, section, table
from willbuy.evaluation.result.model import FeatureResult
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.words import figure


def features(result: Result) -> Html:
    """The features, the weightiest first."""
    listed = result.get("features")
    if not listed:
        return Html("")
    ordered = sorted(listed, key=lambda feature: (-_weight(feature), feature["name"]))
    drawn = [feature for feature in ordered if _weight(feature) > float("-inf")][: importance_chart.MOST]
    plot = (
        chart(
            importance_chart.importance(drawn),
            "Average precision lost when a feature’s values are shuffled among the rows; the lines span repeated shuffles."
            " Features that say the same share their weight.",
            height=importance_chart.ROW * len(drawn),
        )
        if drawn
        else ""
    )
    rows = [
        [
            f"<code>{escape(feature['name'])}</code>",
            escape(feature["meaning"]),
            escape(feature["window"] or "–"),
            escape(feature["unit"] or "–"),
            figure(_importance(feature), 4),
            figure(_added(feature), 3),
        ]
        for feature in ordered
    ]
    head = ["name", "meaning", "window", "unit", "importance", "mean contribution"]
    return section(
        "features",
        "What it looks at",
        plot,
        _moved(result, listed),
        details(f"All {len(ordered)} features", table(head, rows, numbers=(4, 5))),
        lead=_lead(result),
    )


def _lead(result: Result) -> str:
    if result["task"]["kind"] == "table":
        return (
            "The columns as they came. What was fitted between them and the model (values for what is missing, engineered"
            " columns, scales, one column a category’s value) was learnt with it, in each fold anew, and is credited to them."
        )
    return "Every feature is a function of events strictly before the anchor."


METHODS = {
    "shapley": "exact Shapley values of the trees",
    "path": "path contributions of the trees",
    "linear": "each weight times the distance from the training mean",
}


def _moved(result: Result, listed: list[FeatureResult]) -> Html:
    """Which way each feature moved the scores; nothing where the model was not explained."""
    explained = [feature for feature in listed if feature.get("contribution", {}).get("points")]
    about = result.get("contributions")
    if not explained or about is None:
        return Html("")
    ordered = sorted(explained, key=lambda feature: -feature["contribution"]["mean"])
    return chart(
        contributions_chart.contributions(ordered),
        f"What each feature added to the log-odds of single rows of the test part ({METHODS[about['method']]}): one point a row,"
        " blue where the feature’s value is small, orange where it is great, grey where there is none."
        " It says what moved the score, not what would move the visitor.",
        height=contributions_chart.ROW * len(ordered),
    )


def _importance(feature: FeatureResult) -> float | None:
    found = feature.get("importance")
    return None if found is None else found["value"]


def _added(feature: FeatureResult) -> float | None:
    return feature["contribution"]["mean"] if "contribution" in feature else None


def _weight(feature: FeatureResult) -> float:
    value = _importance(feature)
    return float("-inf") if value is None else value
