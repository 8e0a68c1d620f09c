"""Run the benchmarks: `python benchmarks/run.py [NAME ...] [--json]`, or `make bench`.

Each benchmark runs its sides as processes of their own, in alternating order, shows first that they computed the same, and
prints ratios with the bars they must meet. Results lie in `bench-results/`. The exit code is 1 where a bar is missed.
"""

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

if __package__ in (None, ""):  # run by its path, whose folder has an http.py that would hide the library's
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.house import data, page, shops
from benchmarks.house.measure import ROOT, SideFailed, ask
from benchmarks.house.outcome import Disagreement

NAMES = (
    "ingest",
    "postgres_ingest",
    "features",
    "published",
    "scoring",
    "one_row",
    "live",
    "fit",
    "postgres_features",
    "ingest_30m",
    "features_30m",
    "explore_30m",
)
RESULTS = ROOT / "bench-results"
DOCS = ROOT / "docs" / "benchmarks.md"


def main() -> None:
    """Run what the command line asks for."""
    arguments = _arguments()
    say = _quiet if arguments.json else _loud
    found = []
    try:
        for name in arguments.names or NAMES:
            found.append(_one(name, arguments, say))
    except (SideFailed, Disagreement) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    finally:
        if not arguments.keep:
            data.remove(data.LARGE)
            shops.remove(data.LARGE)
    if arguments.docs:
        stored = (RESULTS / f"{name}.json" for name in NAMES)
        outcomes = [json.loads(path.read_text(encoding="utf-8")) for path in stored if path.exists()]
        page.write_into(DOCS, [page.section(outcome) for outcome in outcomes])
    if arguments.json:
        print(json.dumps(found, indent=2))
    met = all(claim["passed"] for outcome in found for claim in outcome["claims"])
    sys.exit(0 if met or arguments.small else 1)


def _one(name: str, arguments: argparse.Namespace, say: Any) -> dict[str, Any]:
    case = import_module(f"benchmarks.cases.{name}")
    log = getattr(case, "SMALL", data.SMALL) if arguments.small else case.LOG
    say(f"{name}: {log.words}")
    outcome: dict[str, Any] = case.run(log, arguments.repeats or case.REPEATS, say).to_json()
    RESULTS.mkdir(exist_ok=True)
    stem = f"{name}-small" if arguments.small else name
    result = RESULTS / f"{stem}.json"
    result.write_text(json.dumps(outcome, indent=2), encoding="utf-8")
    ask("benchmarks.house.chart", str(result), str(RESULTS / f"{stem}.svg"))
    text = page.section(outcome)
    (RESULTS / f"{stem}.md").write_text(text + "\n", encoding="utf-8")
    say("\n" + text + "\n")
    return outcome


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Our speed beside rivals.")
    parser.add_argument(
        "names", nargs="*", choices=[*NAMES, []], metavar="NAME", help=f"which: {', '.join(NAMES)}"
    )
    parser.add_argument("--json", action="store_true", help="print the results as JSON, and nothing else")
    parser.add_argument(
        "--repeats", type=int, help="repetitions of each side; by default 3, or 5 for short ones"
    )
    parser.add_argument(
        "--small", action="store_true", help="a log of 60,000 events: a trial of the house, no figures"
    )
    parser.add_argument(
        "--keep", action="store_true", help="keep the log of 30 M events (3 GB) for the next time"
    )
    parser.add_argument(
        "--docs", action="store_true", help="write all figures of bench-results/ into docs/benchmarks.md"
    )
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in NAMES:
            parser.error(f"no benchmark {name!r}; there are {', '.join(NAMES)}")
    return arguments


def _loud(text: str) -> None:
    print(text, flush=True)


def _quiet(_: str) -> None:
    pass


if __name__ == "__main__":
    main()
