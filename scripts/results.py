"""The whole way on real logs and on the simulated shop, from `init` to `score`: every row accounted for, every figure
with its interval. And published systems beside ours, by `willbuy reproduce`.

    python scripts/results.py online_retail_30d taobao reproduce_retailtech        (all cases by default)

The real data are not part of the project: `--data` names the folder that holds them. `make results` runs this and
writes docs/results.md from what came out: each case is a part of the page, and `--write` renews it in its place.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run by its path

from scripts.results_page import page  # noqa: E402
from willbuy.reproductions.page import put_part, with_part  # noqa: E402


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
PUBLISHED = "taobao_published"
REPRODUCED = {
    "online_shoppers": "uci_online_shoppers/online_shoppers_intention.csv",
    "retailtech": "retailtech/input_model_features.csv",
    "rees46": "rees46_sample/2019-Oct.csv",
    "retailrocket": "online_retail/online_retail.parquet",
    "propensity_flags": None,
}
HEAD = """# Results

Written by `make results` (`scripts/results.py`), part by part; each says which command made it. The real data belong to
their publishers and are not part of the project. Intervals are 95 %, from 1,000 resamples of the visitors.

## What the published figures were really worth

Five published systems, each run again by its own method with `willbuy reproduce NAME --data FILE`, and ours on the same rows. A
published figure carries no interval; one that is missing from a table was not published.
"""
BETWEEN = """## Logs from end to end

Each log goes from `willbuy init` to `willbuy score`.
"""


def skeleton() -> str:
    """The page before anything is known: its heads, and an empty part for each case."""
    page = HEAD
    for system in REPRODUCED:
        page = with_part(page, f"reproduce {system}", "")
    page += f"\n{BETWEEN}"
    for name in [*CASES, PUBLISHED]:
        page = with_part(page, f"results {name}", "")
    return page


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
    whole = json.loads(willbuy(folder, "report", "--json"))
    scored = json.loads(willbuy(folder, "score", "--json"))
    truth = None if case.file else beside_truth(folder, trained["run"])
    return {"ingest": ingested, "result": whole, "score": scored, "truth": truth}


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


def taobao_published(data: Path) -> str:
    """What `scripts/taobao_published.py` prints, as a section."""
    command = [sys.executable, str(ROOT / "scripts" / "taobao_published.py"), "--data", str(data)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command[1:])} ended with exit code {done.returncode}:\n{done.stderr}")
    return f"### Taobao, beside the published recipe\n\n{done.stdout.strip()}\n"


def main() -> None:
    """Read the arguments, run the cases, print or write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [*(f"reproduce_{system}" for system in REPRODUCED), *CASES, PUBLISHED]
    parser.add_argument("cases", nargs="*", choices=[*names, []], help="which parts; all by default")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("WILLBUY_SHARED_DATA") or ROOT.parent / "shared" / "data"),
    )
    parser.add_argument("--write", type=Path, help="renew the parts of this page, such as docs/results.md")
    arguments = parser.parse_args()
    write, data = arguments.write, arguments.data.resolve()
    if write and not write.exists():
        write.write_text(skeleton(), encoding="utf-8")
    for name in arguments.cases or names:
        if name.startswith("reproduce_"):
            print(reproduced(name.removeprefix("reproduce_"), data, write), flush=True)
            continue
        text = taobao_published(data) if name == PUBLISHED else section(CASES[name], data)
        print(text, flush=True)
        if write:
            put_part(write, f"results {name}", text)


def section(case: Case, data: Path) -> str:
    """One log from end to end."""
    with tempfile.TemporaryDirectory() as folder:
        return page(case.title, case.question, run(case, data, Path(folder)))


def reproduced(system: str, data: Path, write: Path | None) -> str:
    """What `willbuy reproduce` prints of a system; it writes its part of the page itself."""
    file = REPRODUCED[system]
    given = ["--data", str(data / file)] if file else []
    written = ["--write", str(write.resolve())] if write else []
    with tempfile.TemporaryDirectory() as folder:
        return willbuy(Path(folder), "reproduce", system, *given, *written)


if __name__ == "__main__":
    main()
