"""The live part of the demo: start the service, ask for a visitor's score, send events, ask again, stop."""

import csv
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen


def live(folder: Path) -> None:
    """Serve the folder's shop at a free port while one visitor comes back, looks at an item and puts it into the cart."""
    command = [sys.executable, "-m", "willbuy", "serve", "--port", "0", "--json"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            sys.exit(f"the demo stopped: `willbuy serve` ended with exit code {process.wait()}")
        come_back(json.loads(line)["address"], first_visitor(folder))
    finally:
        process.terminate()
        process.wait(30)


def first_visitor(folder: Path) -> str:
    """The first visitor of the scores."""
    with (folder / "scores.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.DictReader(file))["visitorid"]


def come_back(address: str, visitor: str) -> None:
    """Ask, send, ask again; say what was sent and what came."""
    print(f"The service answers at {address}")
    say(f"GET /visitors/{visitor}/score", ask(f"{address}/visitors/{visitor}/score"))
    now = datetime.now(UTC)
    events = [
        {
            "entity": visitor,
            "time": (now - timedelta(seconds=seconds)).isoformat(),
            "kind": kind,
            "item": "264",
            "event_id": f"demo-{now:%Y%m%d%H%M%S%f}-{kind}",
        }
        for kind, seconds in (("view", 90), ("cart", 5))
    ]
    for event in events:
        found = ask(f"{address}/events", event)
        print(f"POST /events     {visitor} {event['kind']}s item 264: accepted {found['accepted']}")
    say(f"GET /visitors/{visitor}/score", ask(f"{address}/visitors/{visitor}/score?reasons=3"))


def ask(url: str, body: Any = None) -> Any:
    """The answer as JSON."""
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, {"Content-Type": "application/json"}), timeout=30) as answer:
        return json.load(answer)


def say(asked: str, found: dict[str, Any]) -> None:
    """A score and its reasons."""
    print(f"{asked}  {100 * found['purchase_probability']:.2f} % ({found['band']})")
    for reason in found.get("reasons", ()):
        print(f"  because of: {reason['text']}")
