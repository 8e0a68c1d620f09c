"""P2: an entity that is erased from the log leaves no byte of its id in any of the log's files."""

import random
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from store.predictions.made_up import NOW, made_up
from willbuy.errors import WillbuyError
from willbuy.store.left_bytes import holds
from willbuy.store.predictions import PredictionLog, erase_answers, file, read_answers


def bytes_of(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted((home / "live").iterdir()))


def filled(home: Path, count: int, entities: int) -> list[str]:
    names = [f"someone-{random.Random(number).getrandbits(64):016x}" for number in range(entities)]
    log = PredictionLog(home, days=90, clock=lambda: NOW)
    chosen = random.Random(1)
    for answer in made_up(count):
        log.put(answer._replace(entity=chosen.choice(names)))
    log.close()
    return names


def test_no_byte_remains_and_the_others_stay(tmp_path: Path) -> None:
    """P2."""
    names = filled(tmp_path, 20_000, 300)
    before = list(read_answers(tmp_path))
    for name in names[:60]:
        assert erase_answers(tmp_path, name) == sum(answer.entity == name for answer in before)
        assert name.encode() not in bytes_of(tmp_path)
    content = bytes_of(tmp_path)
    assert not [name for name in names[:60] if name.encode() in content]
    assert list(read_answers(tmp_path)) == [a for a in before if a.entity not in set(names[:60])]


def test_rewriting_the_file_is_what_finds_the_last_copy(tmp_path: Path) -> None:
    """Where a stray copy of an id stands in the file, the file is rewritten without it."""
    filled(tmp_path, 500, 5)
    path = tmp_path / "live" / "predictions.sqlite"
    content = bytearray(path.read_bytes())
    page = content.index(b"someone-") // 4096 * 4096
    gap = content.index(bytes(40), page)
    content[gap + 8 : gap + 20] = b"stray-someon"
    path.write_bytes(content)
    assert holds(path, [b"stray-someon"])
    assert erase_answers(tmp_path, "stray-someon") == 0
    assert not holds(path, [b"stray-someon"])
    assert len(list(read_answers(tmp_path))) == 500


def test_a_needle_across_two_pieces_is_found(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for place in range((1 << 20) - 12, (1 << 20) + 2):
        path.write_bytes(bytes(place) + b"somebody" + bytes(100))
        assert holds(path, [b"somebody"])
    assert not holds(path, [b"someone"])


def test_erased_while_answers_are_on_their_way(tmp_path: Path) -> None:
    log = PredictionLog(tmp_path, days=90, clock=lambda: NOW, interval=60)
    for answer in made_up(700, entities=7):
        log.put(answer)
    assert log.erase("visitor-3") == 100
    assert b"visitor-3" not in bytes_of(tmp_path)
    log.close()
    assert len(list(read_answers(tmp_path))) == 600


def test_erased_beside_a_service_that_writes(tmp_path: Path) -> None:
    log = PredictionLog(tmp_path, days=90, clock=lambda: NOW, interval=0.001)
    for answer in made_up(200, entities=4):
        log.put(answer)
    log.flush()
    stop = threading.Event()

    def write() -> None:
        while not stop.wait(0.001):
            log.put(next(made_up(1)))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert erase_answers(tmp_path, "visitor-2") == 50
        assert b"visitor-2" not in bytes_of(tmp_path)
    finally:
        stop.set()
        thread.join()
    log.close()
    assert log.dropped == 0


def test_a_file_that_cannot_be_written_is_said_and_erased_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "BUSY_SECONDS", 0.1)
    [name, *_] = filled(tmp_path, 50, 2)
    with closing(sqlite3.connect(tmp_path / "live" / "predictions.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(WillbuyError, match="cannot be written now"):
            erase_answers(tmp_path, name)
        other.execute("ROLLBACK")
    assert erase_answers(tmp_path, name) > 0
    assert name.encode() not in bytes_of(tmp_path)


def test_nothing_logged_is_nothing_to_erase(tmp_path: Path) -> None:
    assert erase_answers(tmp_path, "ann") == 0
