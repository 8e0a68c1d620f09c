"""A hundred million events on one machine: `python benchmarks/hundred_million.py [--sizes 3 30 110] [--docs] [--json]`.

For each size a simulated log in the shape of REES46's is drawn, written in parts of ten million rows, each deleted once it is
ingested, merged, made into features at eight anchors, trained on and scored: every step a process of its own, as a user
would run it, with its wall time, CPU time and peak memory. Whatever stops it, the same command goes on where it was.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

if __package__ in (None, ""):  # run by its path, whose folder has an http.py that would hide the library's
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.house.data import FOLDER
from benchmarks.house.measure import ROOT, SideFailed
from benchmarks.hundred import page
from benchmarks.hundred.growth import summary
from benchmarks.hundred.size import Size, say

MILLIONS = (3, 30, 110)
DOCS = ROOT / "docs" / "hundred-million.md"


def main() -> None:
    """Run what the command line asks for."""
    arguments = _arguments()
    sizes = [
        Size(int(millions * 1_000_000), arguments.folder / f"{millions:g}m") for millions in arguments.sizes
    ]
    for size in sizes:
        _refuse_small_disk(size)
        try:
            size.run(say)
        except SideFailed as error:
            sys.exit(f"{error}\nRun the same command again: it goes on where it stopped.")
        if not arguments.keep:
            size.clean()
    found = summary({size.events: size.finished() for size in sizes})
    if arguments.docs:
        page.write(DOCS, found)
    print(json.dumps(found, indent=2) if arguments.json else page.text(found))
    sys.exit(0 if all(claim["passed"] for claim in found["claims"]) else 1)


def _refuse_small_disk(size: Size) -> None:
    """Say how much disk is free and how much is needed; end where that is too little."""
    size.folder.mkdir(parents=True, exist_ok=True)
    if any(record["step"] == "score" for record in size.finished()):
        return
    held = sum(file.stat().st_size for file in size.folder.rglob("*") if file.is_file())
    free, need = shutil.disk_usage(size.folder).free, max(0, size.need - held)
    say(
        f"{size.events:,} events: {free / 1e9:.1f} GB of disk are free, at most {need / 1e9:.1f} GB more are needed"
    )
    if free < need:
        sys.exit(
            f"{size.folder} needs {need / 1e9:.1f} GB, {free / 1e9:.1f} GB are free. Make room, or name another --folder."
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Time and memory of each stage, and how they grow with the log."
    )
    parser.add_argument(
        "--sizes", type=float, nargs="+", default=MILLIONS, metavar="M", help="millions of events: 3 30 110"
    )
    parser.add_argument(
        "--folder", type=Path, default=FOLDER / "hundred", help="where logs and shops lie meanwhile"
    )
    parser.add_argument(
        "--keep", action="store_true", help="keep each size's log and shop; figures are always kept"
    )
    parser.add_argument("--docs", action="store_true", help=f"write table and chart into docs/{DOCS.name}")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    arguments = parser.parse_args()
    arguments.folder = arguments.folder.resolve()
    return arguments


if __name__ == "__main__":
    main()
