"""Can the probabilities be believed? Calibration, and how the scores are spread."""

import pandas as pd

from willbuy.evaluation.report.charts import calibration as calibration_chart
from willbuy.evaluation.report.charts import scores as scores_chart
from willbuy.evaluation.report.html import Html, chart, details, paragraph, section, table, tag
from willbuy.evaluation.result.metrics import Metrics
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.words import count, figure, interval, percent, percent_interval


def believed(result: Result, predictions: pd.DataFrame) -> Html:
    """The section."""
    test = result["test"]
    return section(
        "calibration",
        "Can the probabilities be believed?",
        tag("div", _curve(test), _spread(test, predictions), class_="pair"),
        _words(test),
        details("The bins as a table", _bins(test)),
        lead="If the model says 10 % to a hundred visitors, about ten should buy.",
    )


def _curve(test: Metrics) -> Html:
    return chart(
        calibration_chart.calibration(test["calibration"]),
        "Predicted probability and share that bought, in bins of about equally many rows, with 95 % intervals."
        " On the dashed line, promises are kept. Square-root scales.",
        height=calibration_chart.HEIGHT,
    )


def _spread(test: Metrics, predictions: pd.DataFrame) -> Html:
    return chart(
        scores_chart.scores(predictions["p"].to_numpy(dtype="float64"), test["threshold"]),
        f"How many rows have which probability. The upright line is the threshold, {percent(test['threshold'])}."
        " Square-root scale.",
        height=scores_chart.HEIGHT,
    )


def _words(test: Metrics) -> Html:
    bounds = test["intervals"]
    return paragraph(
        f"Predicted over actual buyers: {figure(test['predicted_over_actual'], 2)}"
        f" ({interval(bounds['predicted_over_actual'], 2)}; 1 is as promised)."
        f" Calibration slope: {figure(test['calibration_slope'], 2)} ({interval(bounds['calibration_slope'], 2)};"
        " 1 is right, below 1 the scores are too bold, above 1 too timid)."
        f" Expected calibration error over {len(test['calibration'])} bins: {figure(test['ece'], 4)}"
        f" ({interval(bounds['ece'], 4)}); chance alone would leave a perfectly calibrated model with"
        f" about {figure(test['reference'].get('ece_if_calibrated'), 4)}."
    )


def _bins(test: Metrics) -> Html:
    rows = [
        [
            f"{percent(one['lowest'])} to {percent(one['highest'])}",
            percent(one["predicted"]),
            percent(one["actual"]["value"]),
            percent_interval(one["actual"]),
            count(one["positives"]),
            count(one["n"]),
        ]
        for one in test["calibration"]
    ]
    head = ["scores", "predicted", "bought", "95 % interval (Wilson)", "rows that bought", "of"]
    return table(head, rows, numbers=range(1, 6))
