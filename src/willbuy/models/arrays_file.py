"""Arrays in one file: an .npz that is the same bytes for the same arrays, and a reader that trusts nothing.

Numpy reads these files too (`numpy.load(..., allow_pickle=False)`). We write them ourselves so that neither a
clock nor an operating system gets into the bytes, and read them ourselves so that sizes are checked first.
"""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from willbuy.errors import BundleError

_KINDS = frozenset("biuf")  # booleans, integers, floats: no object can hide in them
_MOST_ARRAYS = 64


def pack(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """The bytes of an uncompressed .npz, arrays in the order of their names, little-endian."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(arrays):
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.create_system = 3
            member.external_attr = 0o644 << 16
            archive.writestr(member, _npy(np.asarray(arrays[name])))
    return buffer.getvalue()


def _npy(array: NDArray[Any]) -> bytes:
    plain = np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, plain, version=(1, 0), allow_pickle=False)
    return buffer.getvalue()


def unpack(content: bytes, what: str) -> dict[str, NDArray[Any]]:
    """The arrays of `pack`. Raises BundleError, naming `what`, for anything that `pack` would not have written."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check_members(members, len(content), what)
            return {member.filename[:-4]: _array(archive.read(member), what) for member in members}
    except BundleError:
        raise
    except Exception as error:  # whatever zipfile or numpy make of bytes that somebody forged
        raise BundleError(f"{what} is no file of arrays: {type(error).__name__} {error}") from error


def _check_members(members: list[zipfile.ZipInfo], size: int, what: str) -> None:
    if len(members) > _MOST_ARRAYS or len({member.filename for member in members}) != len(members):
        raise BundleError(
            f"{what} holds {len(members)} arrays, some of one name; expected at most {_MOST_ARRAYS}"
        )
    for member in members:
        stored = member.compress_type == zipfile.ZIP_STORED and member.file_size == member.compress_size
        if not stored or member.file_size > size or not member.filename.endswith(".npy"):
            raise BundleError(f"{what}: {member.filename[:80]!r} is not stored as a plain array")


def _array(content: bytes, what: str) -> NDArray[Any]:
    buffer = io.BytesIO(content)
    if np.lib.format.read_magic(buffer) != (1, 0):
        raise BundleError(f"{what} holds an array of another format")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(buffer, max_header_size=1000)
    length = len(content) - buffer.tell()
    if dtype.kind not in _KINDS or fortran or dtype.itemsize * int(np.prod(shape, dtype=object)) != length:
        raise BundleError(
            f"{what} holds an array of {dtype} {shape} in {length} bytes; expected plain numbers"
        )
    return np.frombuffer(content, dtype=dtype, offset=buffer.tell()).reshape(shape)
