"""Clients that send events without end: `python under_load.py HOME JOURNAL CLIENTS MERGE_AT`.

Each client waits for its acknowledgement, notes it in the journal, and goes on. After a new start it sends again, with the
same ids, what was not acknowledged, as a client that was cut off does.
"""

import os
import random
import sys
import threading
from collections import Counter
from pathlib import Path

from store.arrivals import arrival, store_them
from willbuy.features.algebra import ItemPopularity
from willbuy.features.feature_set import FeatureSet
from willbuy.store import Arrival, Outcome, Store

FEATURES = FeatureSet((ItemPopularity("view", days=7), ItemPopularity((), hours=1)))
MOST_TOGETHER = 9


def sent(client: int, number: int) -> Arrival:
    """The event of a client of that number: the same whenever it is asked for."""
    return arrival(f"visitor-{(client * 31 + number) % 50}", client + number * 60, f"{client}-{number}")


def acknowledged(journal: Path) -> Counter[int]:
    """How many events of each client are acknowledged, from the journal's complete lines."""
    found: Counter[int] = Counter()
    if journal.exists():
        for line in journal.read_text().split("\n")[:-1]:
            client, number = map(int, line.split())
            found[client] = max(found[client], number)
    return found


def main(home: Path, journal: Path, clients: int, merge_at: int) -> None:
    """Send until killed."""
    done = acknowledged(journal)
    note = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    store = Store(home, merge_at=merge_at)
    store.use(FEATURES)

    def client(own: int) -> None:
        draw = random.Random(own)
        number = done[own]
        while True:
            some = draw.randint(1, MOST_TOGETHER)
            batch = [sent(own, n) for n in range(number + 1, number + 1 + some)]
            assert set(store_them(store, batch)) <= {Outcome.STORED, Outcome.DUPLICATE}
            number += some
            os.write(note, f"{own} {number}\n".encode())

    threads = [threading.Thread(target=client, args=(own,), daemon=True) for own in range(clients)]
    for thread in threads:
        thread.start()
    os.write(1, b"sending\n")
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
