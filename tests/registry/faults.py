"""Faults of files, drawn at random: what a disk, a copy or somebody else may do to a bundle."""

import shutil
from pathlib import Path

import numpy as np

from willbuy.models.manifest import seal

KINDS = ("flip", "cut", "append", "overwrite", "swap", "reseal", "replay", "remove", "add", "link")


def damage(folder: Path, name: str, kind: str, older: Path, random: np.random.Generator) -> None:
    """Do one fault to a file of a bundle; `older` is another bundle, whole and sound."""
    file = folder / name
    content = file.read_bytes()
    at = int(random.integers(len(content)))
    match kind:
        case "flip":
            flipped = content[at] ^ (1 << int(random.integers(8)))
            file.write_bytes(content[:at] + bytes([flipped]) + content[at + 1 :])
        case "cut":
            file.write_bytes(content[:at])
        case "append":
            file.write_bytes(content + random.bytes(int(random.integers(1, 50))))
        case "overwrite":
            file.write_bytes(
                content[:at] + bytes(byte ^ 0xFF for byte in content[at : at + 64]) + content[at + 64 :]
            )
        case "swap":
            other = folder / str(random.choice([one.name for one in folder.iterdir() if one.name != name]))
            aside = folder.parent / "aside"
            file.rename(aside), other.rename(file), aside.rename(other)
        case "reseal":  # the manifest says something else, and is sealed as if it had always said so
            import json

            manifest = json.loads((folder / "manifest.json").read_bytes())
            manifest.pop("checksum")
            (folder / "manifest.json").write_bytes(seal({**manifest, "threshold": float(random.random())}))
        case "replay":  # a bundle that was good once, in the place of this one
            shutil.rmtree(folder)
            shutil.copytree(older, folder)
        case "remove":
            file.unlink()
        case "add":
            (folder / f"more-{at}").write_bytes(b"x")
        case "link":
            file.rename(folder.parent / "aside")
            file.symlink_to(folder.parent / "aside")
