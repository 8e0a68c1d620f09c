"""What a disk may hold after a power cut, from a trace of the calls that a process made.

Of a file the content at its last finished sync is certain. Of the writes since, a disk may have any: all, none, some, and
the last of them torn between two sectors.
"""

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
_CALL = re.compile(r"^(?P<thread>\d+) +(?P<rest>.*)$")
_BEGUN = re.compile(r"^(?P<name>\w+)\((?P<args>.*?)(?:\) += (?P<result>-?\d+).*| <unfinished \.\.\.>)$")
_ENDED = re.compile(r"^<\.\.\. (?P<name>\w+) resumed>.*= 0$")
_FILE = re.compile(r"^\d+<(?P<path>[^>]*)>")
_DATA = re.compile(r'"(?P<hex>(?:\\x[0-9a-f]{2})*)", \d+, (?P<at>\d+)$')


@dataclass(frozen=True)
class Act:
    """`write` of bytes at a place, `truncate` to a length, `sync` or `remove` of a file; `acknowledged` of none."""

    name: str
    path: str = ""
    at: int = 0
    data: bytes = b""


def acts_of(lines: Iterable[str]) -> Iterator[Act]:
    """The acts of a trace made by `strace -f -y -xx`, in order; a sync counts once it has returned."""
    syncing: dict[str, str] = {}
    for line in lines:
        found = _CALL.match(line)
        if found is None:
            continue
        thread, rest = found["thread"], found["rest"]
        if _ENDED.match(rest) and thread in syncing:
            yield Act("sync", syncing.pop(thread))
            continue
        call = _BEGUN.match(rest)
        if call is not None:
            yield from _act(call["name"], call["args"], call["result"], thread, syncing)


def _act(name: str, args: str, result: str | None, thread: str, syncing: dict[str, str]) -> Iterator[Act]:
    file = _FILE.match(args)
    path = _text(file["path"]) if file else ""
    if name in ("fsync", "fdatasync"):
        if result == "0":
            yield Act("sync", path)
        elif result is None:
            syncing[thread] = path
    elif name == "pwrite64":
        data = _DATA.search(args)
        assert data is not None, args[:200]
        yield Act("write", path, int(data["at"]), bytes.fromhex(data["hex"].replace("\\x", "")))
    elif name == "ftruncate":
        yield Act("truncate", path, int(args.rpartition(", ")[2]))
    elif name == "unlink":
        yield Act("remove", _text(args.strip('"')))
    elif name == "write" and args.startswith("1<"):
        yield Act("acknowledged")


def _text(shown: str) -> str:
    """A path as `-xx` shows it, or as it is."""
    return bytes.fromhex(shown.replace("\\x", "")).decode() if shown.startswith("\\x") else shown


@dataclass
class Disk:
    """The files below a folder, by name: what is certain of each, and what was done to it since."""

    certain: dict[str, bytearray] = field(default_factory=dict)
    since: dict[str, list[Act]] = field(default_factory=dict)

    def do(self, act: Act) -> None:
        """Take in an act."""
        name = Path(act.path).name
        if act.name == "sync":
            for done in self.since.pop(name, []):
                apply(self.certain.setdefault(name, bytearray()), done)
        elif act.name == "remove":
            self.certain.pop(name, None)
            self.since.pop(name, None)
        else:
            self.since.setdefault(name, []).append(act)

    def after_a_cut(self, draw: random.Random) -> dict[str, bytes]:
        """What the disk may hold when the power goes now."""
        share = draw.choice([0.0, 0.5, 1.0])
        found = {name: bytearray(content) for name, content in self.certain.items()}
        for name, acts in self.since.items():
            for act in acts:
                if draw.random() < share:
                    apply(found.setdefault(name, bytearray()), act)
                elif draw.random() < 0.3 and act.name == "write":
                    torn = act.data[: SECTOR * draw.randint(0, len(act.data) // SECTOR)]
                    apply(found.setdefault(name, bytearray()), Act("write", act.path, act.at, torn))
        return {name: bytes(content) for name, content in found.items()}


def apply(content: bytearray, act: Act) -> None:
    """Do an act to a file's content."""
    if act.name == "truncate":
        del content[act.at :]
    elif act.data:
        content.extend(bytes(max(0, act.at - len(content))))
        content[act.at : act.at + len(act.data)] = act.data
