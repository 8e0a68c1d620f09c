"""The page of results: one section a log, made from what the commands printed for machines."""

from collections.abc import Mapping
from typing import Any

HEADS = ("| on the test part | average precision | ROC-AUC | log loss |", "|---|--:|--:|--:|")


def page(title: str, question: str, found: Mapping[str, Any]) -> str:
    """One log's section: `found` holds what ingest, train (`result`) and score gave, and the truth where it is known."""
    rows, result, scored = found["ingest"], found["result"], found["score"]
    test = result["test"]
    lines = [
        f"### {title}",
        "",
        f"{question} Split: {result['split']['kind']}. Model: {result['model']}.",
        "",
        f"Rows: {rows['read']:,} read = {rows['accepted']:,} accepted + {rows['rejected']:,} rejected + "
        f"{rows['duplicates']:,} duplicates{_rules(rows)}; {rows['entities']:,} entities.",
        "",
        "| part | rows | buyers | base rate |",
        "|---|--:|--:|--:|",
        *(
            f"| {p['part']} | {p['n']:,} | {p['positives']:,} | {_rate(p['base_rate'])} |"
            for p in result["parts"]
        ),
        "",
        *HEADS,
        _row("**the model**", test),
        *(
            _row(f"rule: {name}" if name != "logistic" else "the plain logistic", metrics)
            for name, metrics in result["rules"].items()
        ),
        "",
        f"Predicted over actual {test['predicted_over_actual']:.3f}, ECE {test['ece']:.3f}. "
        f"{result['verdict']['headline']} {' '.join(result['verdict']['sentences'])}",
        "",
        *_slices(result),
        *_origins(result),
        *_shuffled(result),
        *_truth(found["truth"]),
        f"`willbuy score` at the end of the log: {scored['n']:,} scored, {scored['predicted']:,} at or above the threshold.",
        "",
    ]
    return "\n".join(lines)


def _slices(result: Mapping[str, Any]) -> list[str]:
    """Session tasks: after which event of the visit the question was asked."""
    lines = []
    for by, slices in result.get("slices", {}).items():
        if not by.startswith("asked after event"):
            continue
        heads = f"| {by} | average precision | ROC-AUC | log loss |"
        named = {f"{name} ({metrics['positives']:,} buyers)": metrics for name, metrics in slices.items()}
        lines += [heads, HEADS[1], *(_row(name, metrics) for name, metrics in named.items()), ""]
    return lines


def _origins(result: Mapping[str, Any]) -> list[str]:
    if "origins" not in result:
        return []
    points = [
        f"{point['anchor'][:10]}{' (the test)' if point['test'] else ''} {_estimate(point['figures']['average_precision'])}"
        for point in result["origins"]["points"]
    ]
    return [f"Average precision at rolling origins: {'; '.join(points)}.", ""]


def _shuffled(result: Mapping[str, Any]) -> list[str]:
    return [result["shuffled"]["words"], ""] if "shuffled" in result else []


def _truth(found: Mapping[str, float] | None) -> list[str]:
    if found is None:
        return []
    return [
        f"Beside the true probabilities of the {found['n']:,} test rows: log loss {found['blind']:.4f} for the base rate, "
        f"{found['model']:.4f} for the model, {found['best']:.4f} for the truth: **{found['closed']:.1%}** of the gap closed. "
        f"Average precision {found['model_ap']:.3f} of {found['best_ap']:.3f} ({found['model_ap'] / found['best_ap']:.1%}).",
        "",
    ]


def _rules(rows: Mapping[str, Any]) -> str:
    refused = ", ".join(f"{count:,} {rule}" for rule, count in rows["rejected_by_rule"].items())
    return f" ({refused})" if refused else ""


def _rate(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.2%}"


def _row(name: str, metrics: Mapping[str, Any]) -> str:
    cells = [_estimate(metrics[key]) for key in ("average_precision", "roc_auc", "log_loss")]
    return f"| {name} | {' | '.join(cells)} |"


def _estimate(figure: Mapping[str, float | None]) -> str:
    if figure["value"] is None:
        return "-"
    interval = "" if figure["low"] is None else f" ({figure['low']:.3f} to {figure['high']:.3f})"
    return f"{figure['value']:.3f}{interval}"
