"""D12: a backup that is taken while events are stored is a prefix of what was acknowledged, whole and readable."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from store.arrivals import arrival, store_them
from store.histories import write_history
from willbuy.errors import WillbuyError
from willbuy.store import Arrival, Store
from willbuy.store.backup import back_up


def sent(number: int) -> Arrival:
    return arrival(f"visitor-{number % 40}", number, f"e{number}")


@contextmanager
def storing(store: Store) -> Iterator[Callable[[], int]]:
    """A client that sends event after event; tells how many are acknowledged."""
    done, stop = [0], threading.Event()

    def client() -> None:
        while not stop.is_set():
            store_them(store, [sent(n) for n in range(done[0], done[0] + 5)])
            done[0] += 5

    thread = threading.Thread(target=client)
    thread.start()
    try:
        yield lambda: done[0]
    finally:
        stop.set()
        thread.join()


def back_up_and_restore(tmp_path: Path, rounds: int) -> None:
    with Store(tmp_path / "home", merge_at=200) as store, storing(store) as acknowledged:
        for number in range(rounds):
            before = acknowledged()
            while acknowledged() < before + 200:
                pass
            least = acknowledged()
            taken = store.backup(tmp_path / f"backup-{number}")
            with Store(tmp_path / f"backup-{number}") as restored:
                held = [stored.event for n in range(40) for stored in restored.events(f"visitor-{n}")]
                assert len(held) == taken.events >= least
                assert {event.event_id for event in held} == {f"e{n}" for n in range(taken.events)}
                assert sorted(held) == sorted(sent(n).event for n in range(taken.events))


def test_d12_three_backups_under_load(tmp_path: Path) -> None:
    back_up_and_restore(tmp_path, 3)


@pytest.mark.gate
def test_d12_twenty_backups_under_load(tmp_path: Path) -> None:
    back_up_and_restore(tmp_path, 20)


def test_everything_that_a_service_writes_is_copied(tmp_path: Path) -> None:
    home = tmp_path / "home"
    write_history(home / "live", {"ann": [arrival("ann", 1).event]})
    (home / "keys.json").write_text("[]")
    (home / "runs" / "0001" / "bundle").mkdir(parents=True)
    (home / "runs" / "0001" / "bundle" / "manifest.json").write_text("{}")
    (home / "runs" / "0001" / "predictions.parquet").write_text("many")
    with Store(home) as store:
        store_them(store, [sent(1)])
        store.erase("bob")
    taken = back_up(home, tmp_path / "copy")
    assert list(taken.files) == [
        "keys.json",
        "live/events.sqlite",
        "live/history.sqlite",
        "privacy/suppressed.txt",
        "privacy/suppression.key",
        "runs/0001/bundle/manifest.json",
    ]
    assert "1 live events" in taken.sentence()
    assert taken.to_json()["last_event"] == 1
    with Store(tmp_path / "copy") as restored:
        assert len(restored.events("ann")) == 1
    with pytest.raises(WillbuyError, match="not empty"):
        back_up(home, tmp_path / "copy")
    with pytest.raises(WillbuyError, match="nothing that a service has written"):
        back_up(tmp_path / "nowhere", tmp_path / "other")


def test_what_ends_or_begins_while_it_is_copied_spoils_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An erasure ends, a pointer is being written, and a run is promoted while the copy is made."""
    home = tmp_path / "home"
    plan, pointer = home / "privacy" / "erasing" / "ann.json", home / "registry" / "champion.json"
    for path in (plan, pointer, pointer.with_name(".champion.json.x1y2")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    copy = shutil.copy2

    def copied(path: Path, target: Path) -> None:
        plan.unlink(missing_ok=True)
        (home / "runs" / "0002" / "bundle").mkdir(parents=True, exist_ok=True)
        (home / "runs" / "0002" / "bundle" / "manifest.json").write_text("{}")
        copy(path, target)

    monkeypatch.setattr(shutil, "copy2", copied)
    with Store(home):
        found = back_up(home, tmp_path / "copy")
    assert set(found.files) == {
        "live/events.sqlite",
        "registry/champion.json",
        "runs/0002/bundle/manifest.json",
    }
