"""One size of the log, from nothing to scores: its stages in order, what each took, and where it goes on after a kill."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.hundred.making import TRUTH
from benchmarks.hundred.tree import Run, measured, python

EVENTS_A_PART, LEAST_PARTS = 10_000_000, 3
STAGES = ("making", "ingest", "features", "training", "scoring")
LARGE, LARGE_MEMORY = 50_000_000, "4GB"
"""From so many events on the shop file gives the engine more than its usual 1.5 GB: a merge would go to disk too often."""

SHOP = """[source]
files = ["part.csv"]
preset = "rees46"

[target]
within = "7d"

[population]
active_within = "30d"
"""


@dataclass(frozen=True)
class Size:
    """So many events, in a folder of their own. Everything in the folder may be deleted but costs its making."""

    events: int
    folder: Path

    @property
    def parts(self) -> int:
        """Slices of equal time that the log comes in."""
        return max(LEAST_PARTS, round(self.events / EVENTS_A_PART))

    @property
    def shop(self) -> Path:
        """The shop file, beside its state."""
        return self.folder / "shop.toml"

    @property
    def need(self) -> int:
        """Bytes of disk at most, at once: the drawn log, one part's CSV, bronze, typed rows, silver and snapshots."""
        return self.events * 160 + self.events // self.parts * 140 + (1 << 30)

    def finished(self) -> list[dict[str, Any]]:
        """What was done so far, in order."""
        file = self.folder / "done.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [json.loads(line) for line in lines]

    def run(self, say: Callable[[str], None]) -> list[dict[str, Any]]:
        """Do what is not done; all that was done then."""
        self.folder.mkdir(parents=True, exist_ok=True)
        storage = f'\n[storage]\nmemory = "{LARGE_MEMORY}"\n' if self.events > LARGE else ""
        self.shop.write_text(SHOP + storage, encoding="utf-8")
        done = {record["step"] for record in self.finished()}
        for step, stage, work in self._steps():
            if step in done:
                continue
            say(f"{self.events:,} events: {step}")
            begun = self.folder / "begun.txt"
            again = begun.exists() and begun.read_text(encoding="utf-8") == step
            begun.write_text(step, encoding="utf-8")
            record = {"step": step, "stage": stage, "again": again, **work()}
            with (self.folder / "done.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
            if step.startswith("ingest"):
                (self.folder / "part.csv").unlink(missing_ok=True)
            say(
                f"  {record['wall']:.0f} s wall, {record['cpu']:.0f} s CPU, {record['peak'] / 1e9:.2f} GB at most, "
                f"{record['disk'] / 1e9:.1f} GB on disk (load {record['load']:.1f})"
            )
        return self.finished()

    def _steps(self) -> Iterator[tuple[str, str, Callable[[], dict[str, Any]]]]:
        csv = self.folder / "part.csv"
        yield "draw the log", "making", lambda: self._made("draw", str(self.events), str(self.parts))
        for part in range(self.parts):
            yield (
                f"write part {part + 1}",
                "making",
                lambda part=part: self._made("write", str(part), str(csv)),
            )
            yield f"ingest part {part + 1}", "ingest", lambda: self._held(csv)
        yield "merge the parts", "ingest", lambda: self._willbuy("ingest")
        yield "features", "features", lambda: self._run(python("benchmarks.hundred.features", str(self.shop)))
        yield "train", "training", lambda: self._willbuy("train")
        yield (
            "score",
            "scoring",
            lambda: self._willbuy("score", "--output", str(self.folder / "scores.parquet")),
        )
        yield "beside the truth", "making", self._beside_the_truth

    def _made(self, verb: str, *arguments: str) -> dict[str, Any]:
        return self._run(python("benchmarks.hundred.making", verb, str(self.folder), *arguments))

    def _held(self, csv: Path) -> dict[str, Any]:
        """Ingest a part: bronze has it then, and the next part takes its place."""
        return self._willbuy("ingest", str(csv), "--hold")

    def _willbuy(self, verb: str, *arguments: str) -> dict[str, Any]:
        return self._run(python("willbuy", verb, *arguments, "--shop", str(self.shop)))

    def _run(self, command: list[str]) -> dict[str, Any]:
        run: Run = measured(command, self.folder)
        return {
            "wall": run.wall,
            "cpu": run.cpu,
            "peak": run.peak,
            "load": run.load,
            "disk": sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file()),
            "told": _told(run.printed),
        }

    def _beside_the_truth(self) -> dict[str, Any]:
        truth, scores = self.folder / "drawn" / TRUTH, self.folder / "scores.parquet"
        return self._run(python("benchmarks.hundred.facts", str(self.shop), str(truth), str(scores)))

    def clean(self) -> None:
        """Delete the log and the shop; what was measured stays."""
        for path in self.folder.iterdir():
            if path.name != "done.jsonl":
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _told(printed: str) -> dict[str, Any]:
    """What our own modules print: one line of JSON. What willbuy prints is for people."""
    last = (printed.strip().splitlines() or [""])[-1]
    return dict(json.loads(last)) if last.startswith("{") else {}


def say(text: str) -> None:
    """Tell the terminal; standard output is for results."""
    print(text, file=sys.stderr, flush=True)
