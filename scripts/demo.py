"""The whole way on a simulated shop: a raw log, its shop file, a model, a report, scores, the service. `make demo` runs it."""

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

if __package__ in (None, ""):  # run by its path
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.demo_live import live

MARK = ".willbuy-demo"

STEPS = (
    (
        "A made-up shop of {visitors:,} visitors writes its event log.",
        "simulate --preset dense --visitors {visitors} --output events.csv",
    ),
    (
        "Look at the log; write a shop file that says how to read it and what to predict.",
        "init events.csv --preset retailrocket --within 7d",
    ),
    ("Read every row: accepted, rejected or a duplicate, nothing lost.", "ingest"),
    ("Train, calibrate and test; the test part is opened once.", "train"),
    ("Write the figures and their intervals as one HTML page.", "report --output report.html"),
    ("Score everyone who was active at the end of the log.", "score --output scores.csv"),
    ("Prove that the service computes the features that training did.", "parity"),
    ("Put the model into service.", "promote 0001"),
)

ENDING = """
Done in {seconds:.0f} s. What is there now:
  {folder}/report.html   how good the model is, how sure that is, beside the simplest rules: open it in a browser
  {folder}/scores.csv    one row a visitor: the probability to buy within 7 days
  {folder}/shop.toml     every decision that was made, with comments: change one and run the steps again

With your own file, in a folder of its own:
  {willbuy} init YOUR_EVENTS.csv      shows what it saw and writes shop.toml; read it
  {willbuy} ingest && {willbuy} train && {willbuy} report && {willbuy} score
  {willbuy} parity && {willbuy} promote 0001 && {willbuy} serve      a page for people is at its address
docs/tutorial.md goes through it step by step."""


def fresh(folder: Path) -> None:
    """Make an empty folder; an earlier demo in it goes away, anything else stays and is an error."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            sys.exit(f"{folder} is there and is no earlier demo: move it away, or name another with --folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()


def run(folder: Path, visitors: int) -> None:
    """Run the steps in the folder and say each command before it runs. Stops at the first that fails."""
    fresh(folder)
    began = time.monotonic()
    for number, (sentence, command) in enumerate(STEPS, 1):
        arguments = command.format(visitors=visitors)
        say(number, f"{sentence.format(visitors=visitors)}\n$ willbuy {arguments}")
        done = subprocess.run([sys.executable, "-m", "willbuy", *arguments.split()], cwd=folder, check=False)
        if done.returncode:
            sys.exit(f"the demo stopped: `willbuy {arguments}` ended with exit code {done.returncode}")
    say(len(STEPS) + 1, "A visitor comes back: the service, asked before and after.\n$ willbuy serve")
    live(folder)
    print(ENDING.format(seconds=time.monotonic() - began, folder=folder, willbuy=willbuy_command()))


def say(number: int, words: str) -> None:
    """Announce a step."""
    print(f"\n{number}/{len(STEPS) + 1}  {words}", flush=True)


def willbuy_command() -> str:
    """How this environment's `willbuy` is called from the current folder."""
    beside = Path(sys.executable).parent / "willbuy"
    if not beside.exists() or shutil.which("willbuy") == str(beside):
        return "willbuy"
    return str(beside.relative_to(Path.cwd()) if beside.is_relative_to(Path.cwd()) else beside)


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("demo"))
    parser.add_argument("--visitors", type=int, default=100_000)
    arguments = parser.parse_args()
    run(arguments.folder, arguments.visitors)


if __name__ == "__main__":
    main()
