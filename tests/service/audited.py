"""A process that serves, and prints what an audit hook saw of it after its start: `audited.py FOLDER FIRST SECOND HOSTILE`.

FIRST and SECOND are runs of the shop in FOLDER; the first is champion, the second is promoted on the way. HOSTILE is the id of
a bundle in run 0003 that is correctly signed and made to harm.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
from starlette.testclient import TestClient

from made_up_models import bundle_id
from willbuy.registry.pointer import Named, Pointer, write_pointer
from willbuy.service.app import create_app
from willbuy.service.holder import Holder
from willbuy.service.state import State
from willbuy.shop import Common
from willbuy.store.predictions import PredictionLog

WATCHED = {
    "exec",
    "pickle.find_class",
    "subprocess.Popen",
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "pty.spawn",
    "ctypes.dlopen",
    "socket.connect",
}


def clock() -> datetime:
    """Some moment."""
    return datetime(2026, 1, 2)


def point(home: Path, run: str, token: int, shadow: str | None = None) -> None:
    """Promote a run without trying it first: what is tested is the process that serves."""
    beside = None if shadow is None else Named(shadow, bundle_id(home, shadow))
    write_pointer(home, Pointer(run, bundle_id(home, run), token, "2026-01-02T00:00:00", beside))


def ask(client: TestClient) -> list[int]:
    """Ask every route that needs no store, well and badly; returns the answers' codes."""
    record = {f"feature_{place}": float(place) for place in range(5)} | {"feature_5": None}
    batch = {"customers": [{"customer_id": 1, **record}, {"customer_id": 2, "nonsense": []}]}
    posts = [
        ("/predict", {"customer_id": 7, **record}),
        ("/predict?reasons=3", {"features": record}),
        ("/predict", {"feature_0": "text"}),
        ("/predict/batch", batch),
    ]
    codes = [client.post(path, json=body).status_code for path, body in posts]
    codes.append(client.post("/predict", content=b"\x80\x04cos\nsystem\n.").status_code)
    gets = ("/", "/health", "/livez", "/readyz", "/model", "/openapi.json", "/docs", "/nowhere")
    return codes + [client.get(path).status_code for path in gets]


def main(folder: str, first: str, second: str, hostile: str) -> None:
    """Serve, swap, refuse, and print."""
    shop = Common(folder=Path(folder))
    seen: list[tuple[str, str]] = []
    point(shop.home, first, 1)
    holder = Holder(shop, clock)
    holder.start()
    log = PredictionLog(shop.home, 30, clock)
    state = State(
        shop=shop, clock=clock, holder=holder, store=None, reader=None, log=log, keys=None, hasher=None
    )  # type: ignore[arg-type]
    client = TestClient(create_app(state), raise_server_exceptions=False)
    ask(client)  # what is imported at the first request is part of the start

    def hook(event: str, about: tuple[object, ...]) -> None:
        """Note what is watched: of code that is run, what is no file's, as a text that is evaluated."""
        if event in WATCHED and (event != "exec" or 'file "<' in str(about)):
            seen.append((event, str(about)[:300]))

    sys.addaudithook(hook)

    before = ask(client)
    point(shop.home, second, 2, shadow=first)
    swapped = holder.refresh()
    after = ask(client)
    rows = np.zeros((3, 6))
    assert holder.shadow is not None
    holder.shadow.bundle.predict_proba(rows)
    error = holder.error
    write_pointer(shop.home, Pointer("0003", hostile, 3, "2026-01-02T00:00:00"))
    refused = not holder.refresh()
    ask(client)
    log.close()
    print(
        json.dumps(
            {
                "codes": [before, after],
                "swapped": swapped,
                "error": error,
                "refused": refused and holder.error,
                "served": holder.current.run if holder.current else None,
                "seen": seen,
                "modules": sorted({name.partition(".")[0] for name in sys.modules}),
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
