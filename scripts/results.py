"""The whole way on real logs and on the simulated shop, from `init` to `score`: every row accounted for, every figure
with its interval.

    python scripts/results.py online_retail_30d taobao        (all cases by default)

The real logs are not part of the project: `--data` names the folder that holds them. `make results` runs this and
writes docs/results.md from what came out.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Case:
    """A log, and what is asked of it. Without a file it is the simulated shop, whose true probabilities are known."""

    title: str
    within: str
    question: str
    file: str | None = None


CASES = {
    "online_retail_30d": Case(
        "Online Retail, 30 days",
        "30d",
        "Will a customer buy within 30 days?",
        "online_retail/online_retail.parquet",
    ),
    "online_retail_7d": Case(
        "Online Retail, 7 days",
        "7d",
        "Will a customer buy within 7 days?",
        "online_retail/online_retail.parquet",
    ),
    "taobao": Case("Taobao", "2d", "Will a user buy within 2 days?", "taobao_sample/UserBehavior.csv"),
    "rees46": Case(
        "REES46 sample",
        "session",
        "Will this session buy, asked after its 1st, 3rd and 5th event?",
        "rees46_sample/2019-Oct.csv",
    ),
    "simulated": Case("Simulated shop, dense, 100,000 visitors", "7d", "Will a visitor buy within 7 days?"),
}
HEAD = """# Results

Written by `make results` (`scripts/results.py`): each log goes from `willbuy init` to `willbuy score`. The real logs
belong to their publishers and are not part of the project. Intervals are 95 %, from 1,000 resamples of the visitors.
"""


def willbuy(folder: Path, *arguments: str) -> str:
    """Run a command in the folder. Returns what it printed; ends with its error where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "willbuy", *arguments], cwd=folder, check=False, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"willbuy {' '.join(arguments)} ended with exit code {done.returncode}:\n{done.stderr}")
    return done.stdout


def run(case: Case, data: Path, folder: Path) -> dict[str, Any]:
    """From `init` to `score` in an empty folder. Returns the accounts and the figures."""
    if case.file:
        willbuy(folder, "init", str(data / case.file), "--within", case.within)
    else:
        willbuy(folder, "simulate", "--preset", "dense", "--output", "events.csv", "--truth", "truth.csv")
        willbuy(folder, "init", "events.csv", "--preset", "retailrocket", "--within", case.within)
    ingested = json.loads(willbuy(folder, "ingest", "--json"))
    trained = json.loads(willbuy(folder, "train", "--json"))
    willbuy(folder, "report")
    scored = json.loads(willbuy(folder, "score", "--json"))
    truth = None if case.file else beside_truth(folder, trained["run"])
    return {"ingest": ingested, "train": trained, "score": scored, "truth": truth}


def beside_truth(folder: Path, run: str) -> dict[str, float]:
    """The model beside the probabilities that the simulation drew from: nobody can do better than those."""
    import duckdb
    import numpy as np
    from sklearn.metrics import average_precision_score, log_loss

    scored = (
        duckdb.connect()
        .execute(
            f"""SELECT p.y, p.p, t.probability
        FROM '{folder}/.willbuy/runs/{run}/predictions.parquet' p
        JOIN read_csv('{folder}/truth.csv') t ON p.entity = t.visitorid::VARCHAR AND p.anchor = t.anchor"""
        )
        .fetchnumpy()
    )
    y, model, true = (np.asarray(scored[name]) for name in ("y", "p", "probability"))
    blind, ours, best = (log_loss(y, p) for p in (np.full(len(y), y.mean()), model, true))
    return {
        "n": len(y),
        "blind": blind,
        "model": ours,
        "best": best,
        "closed": (blind - ours) / (blind - best),
        "model_ap": average_precision_score(y, model),
        "best_ap": average_precision_score(y, true),
    }


def page(case: Case, found: Mapping[str, Any]) -> str:
    """One log's section of the page."""
    rows, trained, scored = found["ingest"], found["train"], found["score"]
    test = trained["test"]
    lines = [
        f"## {case.title}",
        "",
        f"{case.question} Split: {trained['split']}. Model: {trained['model']}.",
        "",
        f"Rows: {rows['read']:,} read = {rows['accepted']:,} accepted + {rows['rejected']:,} rejected + "
        f"{rows['duplicates']:,} duplicates{_rules(rows)}; {rows['entities']:,} entities.",
        "",
        "| part | rows | buyers | base rate |",
        "|---|--:|--:|--:|",
        *(
            f"| {p['part']} | {p['n']:,} | {p['positives']:,} | {_rate(p['base_rate'])} |"
            for p in trained["parts"]
        ),
        "",
        "| on the test part | average precision | ROC-AUC | log loss |",
        "|---|--:|--:|--:|",
        _row("**the model**", test),
        *(_row(f"rule: {name}", metrics) for name, metrics in trained["rules"].items()),
        "",
        f"Predicted over actual {test['predicted_over_actual']:.3f}, ECE {test['ece']:.3f}. "
        f"{trained['verdict']['headline']} {' '.join(trained['verdict']['sentences'])}",
        "",
        *_truth(found["truth"]),
        f"`willbuy score` at the end of the log: {scored['n']:,} scored, {scored['predicted']:,} at or above the threshold.",
        "",
    ]
    return "\n".join(lines)


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


def main() -> None:
    """Read the arguments, run the cases, print or write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="*", choices=[*CASES, []], help="which logs; all by default")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("WILLBUY_SHARED_DATA") or ROOT.parent / "shared" / "data"),
    )
    parser.add_argument("--write", type=Path, help="write the page here, such as docs/results.md")
    arguments = parser.parse_args()
    sections = []
    for name in arguments.cases or CASES:
        with tempfile.TemporaryDirectory() as folder:
            sections.append(page(CASES[name], run(CASES[name], arguments.data.resolve(), Path(folder))))
        print(sections[-1], flush=True)
    if arguments.write:
        arguments.write.write_text("\n".join([HEAD, *sections]), encoding="utf-8")


if __name__ == "__main__":
    main()
