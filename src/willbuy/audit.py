"""The audit log: one line for each act of an administrator, chained by hashes, so that a changed past shows.

    audit.jsonl   the lines, oldest first; each holds the hash of the one before it and its own
    audit.head    number and hash of the last line, written after it

What `verify` finds: a line that was edited, removed, inserted or swapped, a tail that was cut off, a log or a head that
was deleted while the other is there. What it cannot find: the work of somebody who may write both files and makes the
chain anew from some line on. Against that, keep the head's hash elsewhere (`willbuy audit` prints it) and give it to
`verify` as `anchor`: that hash must then stand in the chain.

An act is never refused because the log is damaged, and the damage never heals: a new line follows what the head says,
and `verify` keeps finding the gap. A line that a crash cut short was of an act that had not been done; the next line
takes its place.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from willbuy.durable import SOON, locked, remove_partial, write_durably

LOG, HEAD, LOCK = "audit.jsonl", "audit.head", "audit.lock"
FIRST = "0" * 64  # what the first line says of the one before it
_FIELDS = {"number", "moment", "actor", "act", "what", "before", "hash"}


class Line(NamedTuple):
    """One act. `moment` is ISO 8601 in UTC; `what` holds whatever belongs to the act; `hash` closes the line."""

    number: int
    moment: str
    actor: str
    act: str
    what: dict[str, Any]
    before: str
    hash: str


class Head(NamedTuple):
    """Where the chain ends: the number of the last line, 0 where there is none, and its hash."""

    number: int
    hash: str


def append(home: Path, moment: datetime, actor: str, act: str, **what: Any) -> Line:
    """Write one line, durable before this returns. `moment` is naive UTC, `what` anything that JSON can say.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     line = append(Path(home), datetime(2026, 1, 2), "ann", "promote", run="0003")
    ...     line.number, line.what, verify(Path(home))
    (1, {'run': '0003'}, [])
    """
    home.mkdir(parents=True, exist_ok=True)
    with locked(home / LOCK, SOON):
        remove_partial(home / HEAD)
        last = _end_of_chain(home)
        body: dict[str, Any] = {
            "number": last.number + 1,
            "moment": moment.isoformat(),
            "actor": actor,
            "act": act,
            "what": what,
            "before": last.hash,
        }
        line = Line(**body, hash=_hash(body))
        _write(home / LOG, _text(line._asdict()))
        write_durably(home / HEAD, _text({"number": line.number, "hash": line.hash}))
    return line


def lines(home: Path) -> Iterator[Line]:
    """The lines that can be read, oldest first; `verify` says whether they are all, and as they were written."""
    for raw in _raw(home / LOG):
        line = _parse(raw)
        if line is not None:
            yield line


def head(home: Path) -> Head:
    """What the head says; number 0 where there is none or none that can be read."""
    return _head(home) or Head(0, FIRST)


def verify(home: Path, anchor: str | None = None) -> list[str]:
    """What is wrong with the log, a sentence each; empty where nothing is.

    `anchor` is a hash that the head had once, kept elsewhere: it must stand in the chain.
    """
    found: list[str] = []
    before, hashes = FIRST, {FIRST}
    number = 0
    for place, raw in enumerate(_raw(home / LOG), 1):
        line = _parse(raw)
        if line is None or line.hash != _hash({k: v for k, v in line._asdict().items() if k != "hash"}):
            found.append(f"line {place} was changed, or was not written whole")
            continue
        if line.before != before or line.number != number + 1:
            found.append(f"line {place} (act {line.number}) does not follow the line before it")
        before, number = line.hash, line.number
        hashes.add(line.hash)
    found += _of_head(home, Head(number, before))
    if anchor is not None and anchor not in hashes:
        found.append(f"no line has the hash {anchor[:12]}: the chain was made anew, or cut off before it")
    return found


def _of_head(home: Path, last: Head) -> list[str]:
    told = _head(home) or Head(0, FIRST)
    if told.number == 0 and (last.number > 1 or (home / HEAD).exists()):
        return [f"{HEAD} is missing or damaged"]
    if told == last or _one_before(home, told):
        return []
    if told.number >= last.number:
        return [f"the log ends with act {last.number}; {HEAD} says {told.number}: lines at its end are gone"]
    return [f"{HEAD} is of act {told.number}, and the log goes on to {last.number}"]


def _one_before(home: Path, told: Head) -> bool:
    """Whether the log is one line ahead of its head: that is what a crash between the two leaves."""
    last = _last_line(home / LOG)
    return last is not None and last.before == told.hash and last.number == told.number + 1


def _end_of_chain(home: Path) -> Head:
    """What the next line follows: what the head says, or the one line that a crash left ahead of it."""
    told, last = _head(home), _last_line(home / LOG)
    if last is not None and (told is None or _one_before(home, told)):
        return Head(last.number, last.hash)
    return told or Head(0, FIRST)


def _write(path: Path, text: bytes) -> None:
    """Append and sync a line. What a crash has cut short behind the last line end is taken away first."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
    with os.fdopen(handle, "r+b") as file:
        file.seek(_tail(path)[0])
        file.truncate()
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _last_line(path: Path) -> Line | None:
    raw = _tail(path)[1]
    return _parse(raw[raw.rfind(b"\n", 0, -1) + 1 : -1]) if raw else None


def _tail(path: Path) -> tuple[int, bytes]:
    """How many bytes the whole lines have, and the end of them: the last line at least."""
    if not path.is_file():
        return 0, b""
    with path.open("rb") as file:
        size, length = file.seek(0, os.SEEK_END), 1 << 16
        while True:
            start = file.seek(max(0, size - length))
            end = file.read(length)
            whole = end[: end.rfind(b"\n") + 1]
            if whole.count(b"\n") > 1 or start == 0:
                return start + len(whole), whole
            length *= 8


def _raw(path: Path) -> Iterator[bytes]:
    """The lines as bytes, without their ends; one that a crash cut short is no line."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        yield from (line[:-1] for line in file if line.endswith(b"\n"))


def _parse(raw: bytes) -> Line | None:
    """The line, where these are exactly the bytes that `append` writes for one."""
    try:
        fields = json.loads(raw)
        if not isinstance(fields, dict) or set(fields) != _FIELDS or _text(fields) != raw + b"\n":
            return None
        return Line(**fields) if type(fields["number"]) is int else None
    except (ValueError, RecursionError):
        return None


def _head(home: Path) -> Head | None:
    try:
        fields = json.loads((home / HEAD).read_bytes())
        return Head(int(fields["number"]), str(fields["hash"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _text(fields: dict[str, Any]) -> bytes:
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return f"{text}\n".encode("ascii")


def _hash(body: dict[str, Any]) -> str:
    return hashlib.sha256(_text(body)).hexdigest()
