"""What the model was chosen from: the candidates side by side and fold by fold, and how their settings were found."""

from willbuy.evaluation.bounds import METRIC_WORDS
from willbuy.evaluation.over_folds import apart_words
from willbuy.evaluation.report.html import Html, details, escape, join, paragraph, section, stacked, table
from willbuy.evaluation.result.model import CandidateResult, OverFolds
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.words import NONE, figure, interval, signed, signed_interval

WAYS = {"optuna": "Optuna", "random": "chance"}


def candidates(result: Result) -> Html:
    """The candidates side by side, on out-of-fold predictions of the training part."""
    listed = result.get("candidates")
    if not listed:
        return Html("")
    rows = []
    for candidate in listed:
        found = candidate["metrics"]
        rows.append(
            [
                f"<strong>{escape(candidate['name'])}</strong><small>chosen</small>"
                if candidate["chosen"]
                else escape(candidate["name"]),
                stacked(figure(found["average_precision"]["value"]), interval(found["average_precision"])),
                stacked(figure(found["roc_auc"]["value"]), interval(found["roc_auc"])),
                stacked(figure(found["log_loss"]["value"], 4), interval(found["log_loss"], 4)),
                figure(found["brier"], 4),
                figure(found["predicted_over_actual"], 2),
            ]
        )
    chosen = next((number for number, candidate in enumerate(listed) if candidate["chosen"]), None)
    return section(
        "candidates",
        "What it was chosen from",
        table(
            ["candidate", "average precision", "ROC-AUC", "log loss", "Brier", "predicted / actual"],
            rows,
            numbers=range(1, 6),
            marked=chosen,
        ),
        _over_folds(listed),
        _searched(result),
        lead="Out-of-fold figures on the training part, folds grouped by entity. The test part had no say in the choice.",
    )


def _over_folds(listed: list[CandidateResult]) -> Html:
    """The metric of the choice in each fold, and how surely the others fall short of the chosen candidate."""
    chosen = next((candidate["name"] for candidate in listed if candidate["chosen"]), "")
    found = [
        (candidate["name"], candidate["over_folds"]) for candidate in listed if "over_folds" in candidate
    ]
    if not found:
        return Html("")
    first = found[0][1]
    head = [
        "candidate",
        f"{METRIC_WORDS[first['metric']]}, mean and range of folds",
        "sd of folds",
        "minus the chosen",
        "p",
    ]
    rows = [_fold_row(name, folds, chosen) for name, folds in found]
    return join([table(head, rows, numbers=range(1, 5)), paragraph(_folds_note(first, len(found)), "note")])


def _fold_row(name: str, found: OverFolds, chosen: str) -> list[str]:
    values = f"{figure(min(found['values']), 4)} to {figure(max(found['values']), 4)}"
    row = [stacked(figure(found["mean"], 4), values if found["folds"] > 1 else ""), figure(found["sd"], 4)]
    if "difference" not in found:
        return [stacked(name, "chosen"), *row, NONE, NONE]
    gap = found["difference"]
    return [
        stacked(name, apart_words(found, chosen)),
        *row,
        stacked(signed(gap["value"], 4), signed_interval(gap, 4)),
        figure(found.get("p")),
    ]


def _folds_note(found: OverFolds, candidates: int) -> str:
    """How many folds there were, and what the p is."""
    times = f", dealt {found['repeats']} times" if found["repeats"] > 1 else ""
    held = f"{found['dealt']} folds by entity{times}"
    if found["folds"] < found["dealt"] * found["repeats"]:
        held += f"; {found['folds']} of them were judged, since those held buyers enough"
    if found["folds"] < 2 or candidates < 2:
        return f"{held}."
    return (
        f"{held}. Folds share most of their training rows, so the interval (95 %) and p are those of the corrected paired t-test"
        " of Nadeau and Bengio. The chosen one was picked by these figures, which flatters its lead a little."
    )


def _searched(result: Result) -> Html:
    """How each candidate's settings were found, and by how much searching flattered itself."""
    rows = [
        [
            stacked(name, tuning["words"]),
            f"{tuning['trials']}",
            figure(tuning["default"]),
            figure(tuning["best"]),
            figure(tuning["outer"]),
            signed(tuning["nested_gap"]),
        ]
        for name, tuning in result.get("tuning", {}).items()
    ]
    if not rows:
        return Html("")
    head = ["candidate", "settings tried", "the defaults", "the best of them", "out of fold", "nested gap"]
    ways = {
        tuning["search"] for tuning in result["tuning"].values() if tuning["trials"] and "search" in tuning
    }
    by = f", proposed by {', '.join(WAYS[way] for way in sorted(ways))}" if ways else ""
    return details(f"How the settings were found{by}", table(head, rows, numbers=range(1, 6)))
