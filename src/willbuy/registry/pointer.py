"""The champion pointer: which bundle is in service, by its id; replaced as a whole, or not at all."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from willbuy.durable import write_durably
from willbuy.errors import RegistryError

FOLDER, FILE = "registry", "champion.json"
CHAMPION = "champion"
FORMAT = 1
MOST_EARLIER = 20
_ID, _RUN = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9]{4,9}")


class Named(NamedTuple):
    """A run and the id of its bundle: the SHA-256 of the bundle's manifest."""

    run: str
    bundle: str


@dataclass(frozen=True)
class Pointer:
    """The champion, and what is scored in its shadow.

    `token` rises with every change; `moment` (ISO 8601, UTC) is when the change was made; `earlier` are the champions
    before this one, the newest last: where a rollback goes.
    """

    run: str
    bundle: str
    token: int
    moment: str
    shadow: Named | None = None
    earlier: tuple[Named, ...] = ()

    @property
    def champion(self) -> Named:
        """Run and bundle."""
        return Named(self.run, self.bundle)

    def to_dict(self) -> dict[str, Any]:
        """For the file and for `--json`."""
        named = {
            "shadow": self.shadow and self.shadow._asdict(),
            "earlier": [e._asdict() for e in self.earlier],
        }
        return {**asdict(self), **named}

    def promoted(self, champion: Named, token: int, moment: str) -> "Pointer":
        """The pointer after a promotion. Who was in the shadow and is promoted leaves the shadow."""
        earlier = self.earlier if champion == self.champion else (*self.earlier, self.champion)
        shadow = None if self.shadow == champion else self.shadow
        return Pointer(*champion, token, moment, shadow, earlier[-MOST_EARLIER:])

    def rolled_back(self, token: int, moment: str) -> "Pointer":
        """The pointer after a rollback. Raises RegistryError where there is no earlier champion."""
        if not self.earlier:
            raise RegistryError(f"run {self.run} is the first champion: there is none to go back to")
        shadow = None if self.shadow == self.earlier[-1] else self.shadow
        return Pointer(*self.earlier[-1], token, moment, shadow, self.earlier[:-1])

    def shadowed(self, shadow: Named | None, token: int, moment: str) -> "Pointer":
        """The pointer with another shadow, or none."""
        return replace(self, shadow=shadow, token=token, moment=moment)


def pointer_file(home: Path) -> Path:
    """Where the pointer lies."""
    return home / FOLDER / FILE


def read_pointer(home: Path) -> Pointer | None:
    """The pointer; None where nothing was ever promoted. Raises RegistryError where the file cannot be believed."""
    file = pointer_file(home)
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RegistryError(f"{file} cannot be read: {error.strerror}") from error
    try:
        pointer = _parse(json.loads(content))
        if _text(pointer) != content:
            raise ValueError("checksum")
        return pointer
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RegistryError(
            f"{file} is no champion pointer; expected what willbuy writes. Bring it back from a copy, or remove it "
            "and run: willbuy promote RUN"
        ) from error


def run_named(home: Path, name: str | None) -> str | None:
    """The run that a user names: `champion` is the pointer's, everything else stands for itself. Raises RegistryError."""
    if name != CHAMPION:
        return name
    pointer = read_pointer(home)
    if pointer is None:
        raise RegistryError("there is no champion: nothing is promoted yet. Run: willbuy promote RUN")
    return pointer.run


def write_pointer(home: Path, pointer: Pointer) -> None:
    """Replace the pointer durably: readers find the old or the new one, whenever this process dies."""
    write_durably(pointer_file(home), _text(pointer))


def _text(pointer: Pointer) -> bytes:
    """The bytes of a pointer, and no others are read as one: `checksum` tells a damaged one from one that was written."""
    body = {"format": FORMAT, **pointer.to_dict()}
    checksum = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return f"{json.dumps({**body, 'checksum': checksum}, indent=1, sort_keys=True)}\n".encode("ascii")


def _parse(fields: Mapping[str, Any]) -> Pointer:
    if fields["format"] != FORMAT or type(fields["token"]) is not int or fields["token"] < 1:
        raise ValueError("format or token")
    shadow = fields["shadow"]
    return Pointer(
        *_named(fields),
        fields["token"],
        str(fields["moment"]),
        None if shadow is None else _named(shadow),
        tuple(_named(one) for one in fields["earlier"]),
    )


def _named(fields: Mapping[str, Any]) -> Named:
    """Run and bundle; both become part of a path, so they must look like what they are."""
    run, bundle = fields["run"], fields["bundle"]
    if not _RUN.fullmatch(run) or not _ID.fullmatch(bundle):
        raise ValueError("run or bundle")
    return Named(run, bundle)
