"""P4: the audit log. Any edited, removed or swapped line is found, 100 of 100; a crash is told from a cut."""

import json
import multiprocessing
import threading
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from willbuy import audit
from willbuy.audit import HEAD, LOG, append, head, lines, verify

MOMENT = datetime(2026, 1, 2, 3, 4, 5)


def written(home: Path, n: int = 12) -> list[bytes]:
    for number in range(n):
        append(home, MOMENT, f"actor {number % 3}", "promote", run=f"{number:04d}", words="ä\n")
    return (home / LOG).read_bytes().splitlines(keepends=True)


def test_what_was_written_is_read_and_holds(tmp_path):
    written(tmp_path, 3)
    assert [line.what["run"] for line in lines(tmp_path)] == ["0000", "0001", "0002"]
    assert [line.number for line in lines(tmp_path)] == [1, 2, 3]
    assert next(iter(lines(tmp_path))).moment == "2026-01-02T03:04:05"
    assert head(tmp_path) == (3, list(lines(tmp_path))[-1].hash)
    assert verify(tmp_path) == []


def test_no_log_is_no_fault(tmp_path):
    assert verify(tmp_path) == []
    assert list(lines(tmp_path)) == []
    assert head(tmp_path).number == 0


def damaged(random: np.random.Generator, log: list[bytes], how: str) -> list[bytes]:
    log = list(log)
    place = int(random.integers(len(log)))
    match how:
        case "edit":
            line = bytearray(log[place])
            line[int(random.integers(len(line) - 1))] ^= 1 << int(random.integers(7))
            log[place] = bytes(line)
        case "rewrite":  # the edited line's own hash is made anew
            fields = json.loads(log[place])
            fields["actor"] = "somebody else"
            fields["hash"] = audit._hash({key: value for key, value in fields.items() if key != "hash"})
            log[place] = audit._text(fields)
        case "remove":
            del log[place]
        case "swap":
            other = (place + 1 + int(random.integers(len(log) - 1))) % len(log)
            log[place], log[other] = log[other], log[place]
        case "repeat":
            log.insert(place, log[place])
        case "cut":
            log = log[:place]
        case "cut in a line":
            log = [*log[:place], log[place][: int(random.integers(len(log[place])))]]
    return log


HOW = ("edit", "rewrite", "remove", "swap", "repeat", "cut", "cut in a line")


@pytest.mark.parametrize("how", HOW)
def test_p4_any_damage_is_found_100_of_100(tmp_path, how):
    log = written(tmp_path)
    random = np.random.default_rng(HOW.index(how))
    for _ in range(100):
        (tmp_path / LOG).write_bytes(b"".join(damaged(random, log, how)))
        assert verify(tmp_path), how
    (tmp_path / LOG).write_bytes(b"".join(log))
    assert verify(tmp_path) == []


@pytest.mark.parametrize("how", HOW)
def test_p4_damage_is_still_found_after_more_acts(tmp_path, how):
    log = written(tmp_path)
    random = np.random.default_rng(7)
    anchor = (tmp_path / HEAD).read_bytes()
    for _ in range(10):
        (tmp_path / LOG).write_bytes(b"".join(damaged(random, log, how)))
        (tmp_path / HEAD).write_bytes(anchor)
        assert append(tmp_path, MOMENT, "ann", "rollback").number == len(log) + 1
        append(tmp_path, MOMENT, "ann", "rollback")
        assert verify(tmp_path), how


@pytest.mark.parametrize("name", [LOG, HEAD])
def test_a_deleted_log_or_head_is_found(tmp_path, name):
    written(tmp_path)
    (tmp_path / name).unlink()
    assert verify(tmp_path)


def test_a_chain_made_anew_is_found_by_an_anchor_kept_elsewhere(tmp_path):
    written(tmp_path)
    kept = head(tmp_path).hash
    (tmp_path / LOG).unlink(), (tmp_path / HEAD).unlink()
    for number in range(12):
        append(tmp_path, MOMENT, "forger", "promote", run=f"{number:04d}")
    assert verify(tmp_path) == []
    assert verify(tmp_path, head(tmp_path).hash) == []
    assert "made anew" in verify(tmp_path, kept)[0]


def test_a_number_that_is_none_is_found(tmp_path):
    """Whatever stands in the log, it is told what is wrong with it."""
    fields = json.loads(written(tmp_path, 2)[0])
    fields["number"] = "1"
    fields["hash"] = audit._hash({key: value for key, value in fields.items() if key != "hash"})
    after = json.loads((tmp_path / LOG).read_bytes().splitlines()[1])
    (tmp_path / LOG).write_bytes(audit._text(fields) + audit._text(after))
    assert verify(tmp_path)[0] == "line 1 was changed, or was not written whole"


def test_a_crash_between_line_and_head_is_no_damage(tmp_path):
    written(tmp_path)
    before = (tmp_path / HEAD).read_bytes()
    append(tmp_path, MOMENT, "ann", "promote")
    (tmp_path / HEAD).write_bytes(before)
    assert verify(tmp_path) == []
    assert append(tmp_path, MOMENT, "ann", "rollback").number == 14
    assert verify(tmp_path) == []


def test_a_crash_before_the_first_head_is_no_damage(tmp_path):
    append(tmp_path, MOMENT, "ann", "promote")
    (tmp_path / HEAD).unlink()
    assert verify(tmp_path) == []
    append(tmp_path, MOMENT, "ann", "rollback")
    assert verify(tmp_path) == []


def test_a_line_that_a_crash_cut_short_makes_room_for_the_next(tmp_path):
    log = written(tmp_path)
    with (tmp_path / LOG).open("ab") as file:
        file.write(log[-1][:40])
    assert verify(tmp_path) == []
    append(tmp_path, MOMENT, "ann", "promote")
    assert verify(tmp_path) == []
    assert len(list(lines(tmp_path))) == 13


def test_a_long_line_is_followed(tmp_path):
    append(tmp_path, MOMENT, "ann", "config", words="x" * 300_000)
    append(tmp_path, MOMENT, "ann", "config", words="y" * 100_000)
    append(tmp_path, MOMENT, "ann", "config")
    assert verify(tmp_path) == []
    assert head(tmp_path).number == 3


def _many(home: Path, actor: str) -> None:
    for number in range(10):
        append(home, MOMENT, actor, "key", number=number)


def test_writers_in_threads_and_processes_share_one_chain(tmp_path):
    context = multiprocessing.get_context("spawn")
    workers: list = [context.Process(target=_many, args=(tmp_path, f"process {n}")) for n in range(2)]
    workers += [threading.Thread(target=_many, args=(tmp_path, f"thread {n}")) for n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert verify(tmp_path) == []
    assert head(tmp_path).number == 50
