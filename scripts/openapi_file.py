"""Make docs/openapi.json from the service's routes around a small demo shop. `--write` writes it; without, tell whether it is current.

The file is that of a shop of six features; another shop's has its own fields in `Record` and `Event`, and the same routes.
"""

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from willbuy.service.app import create_app
from willbuy.service.gate.keys import Keys
from willbuy.service.gate.metrics import Metrics
from willbuy.service.holder import Holder
from willbuy.service.state import State
from willbuy.shop import Shop, load_shop
from willbuy.store import Store
from willbuy.store.predictions import PredictionLog

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "docs" / "openapi.json"
NOW = datetime(2015, 7, 2, 12)
SETTINGS = """
[features]
catalogue = "none"
add = [
  { feature = "count", kinds = ["view"], window = "7d" },
  { feature = "count", kinds = ["cart"], window = "7d" },
  { feature = "count", window = "30d" },
  { feature = "distinct", window = "7d" },
  { feature = "days_since_last" },
  { feature = "days_since_last", kinds = ["purchase"] },
]

[train]
candidates = ["logistic"]
trials = 0
bootstrap = 100
folds = 3
"""


def clock() -> datetime:
    """The moment of the demo, some hours after the log's end."""
    return NOW


def demo_shop(folder: Path) -> Shop:
    """A simulated log, ingested, with one run of a logistic on six features."""
    from willbuy.events.ingest import ingest
    from willbuy.events.look import init
    from willbuy.events.simulate import simulate
    from willbuy.pipeline import train

    simulate(folder / "events.csv", visitors=900, preset="dense", seed=7, days=60)
    init([folder / "events.csv"], preset="retailrocket", within="7d", shop_path=folder / "shop.toml")
    text = (folder / "shop.toml").read_text(encoding="utf-8").replace("[features]", "# features: below", 1)
    kept = [line for line in text.splitlines() if not line.startswith("catalogue =")]
    (folder / "shop.toml").write_text("\n".join(kept) + SETTINGS, encoding="utf-8")
    shop = load_shop(folder / "shop.toml")
    ingest(shop)
    train(shop, lambda _: None)
    return shop


def demo_state(shop: Shop, store: Store, home: Path) -> State:
    """What a process of the demo has; whoever asks closes the log."""
    from willbuy.events.live import EventReader

    holder = Holder(shop, clock, run="0001", allow_unproven=True)
    holder.start()
    state = State(
        shop=shop,
        clock=clock,
        holder=holder,
        store=store,
        reader=EventReader(shop),
        log=PredictionLog(home, shop.serve.log_days, clock),
        keys=Keys(home),
        hasher=None,
        metrics=Metrics(),
    )
    if holder.current is not None and holder.current.features is not None:
        store.use(holder.current.features)
    return state


def spec_of(state: State) -> dict[str, Any]:
    """The OpenAPI file of a state, without what training found and the version: those differ between machines and releases."""
    spec: dict[str, Any] = _without_examples(create_app(state).openapi())
    spec["info"]["version"] = ""
    return spec


def text_of(spec: Mapping[str, Any]) -> str:
    """The file's text."""
    return json.dumps(spec, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _without_examples(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_examples(one) for name, one in value.items() if name != "examples"}
    return [_without_examples(one) for one in value] if isinstance(value, list) else value


def main() -> int:
    """Write the file, or say that it is not current."""
    with TemporaryDirectory() as folder:
        shop = demo_shop(Path(folder))
        with Store(Path(folder)) as store:
            state = demo_state(shop, store, Path(folder))
            text = text_of(spec_of(state))
            state.log.close()
    if "--write" in sys.argv:
        FILE.write_text(text, encoding="utf-8")
        return 0
    current = FILE.exists() and FILE.read_text(encoding="utf-8") == text
    print("current" if current else f"{FILE.relative_to(ROOT)} is not current; run: make docs")
    return 0 if current else 1


if __name__ == "__main__":
    sys.exit(main())
