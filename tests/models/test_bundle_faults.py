"""Damaged and hostile bundles: hundreds of faults a file, each refused before any parser of a model runs."""

import os
import shutil
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from willbuy.errors import BundleError
from willbuy.models import bundle as bundle_module
from willbuy.models.arrays_file import pack, unpack
from willbuy.models.bundle import load_bundle
from willbuy.models.manifest import seal, sha256

FILES = ("manifest.json", "model.npz", "golden.npz", "model.ubj")
FAULTS = 250  # a file


@pytest.fixture(scope="module")
def whole(boosted, tmp_path_factory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("whole") / "bundle"
    return folder, boosted.write(folder)


@pytest.fixture
def copy(whole, tmp_path) -> Path:
    shutil.copytree(whole[0], tmp_path / "bundle")
    return tmp_path / "bundle"


@pytest.fixture
def parsed(monkeypatch) -> list[str]:
    """The files that a parser of arrays was given."""
    names: list[str] = []

    def watched(content: bytes, what: str) -> dict[str, np.ndarray]:
        names.append(what)
        return unpack(content, what)

    monkeypatch.setattr(bundle_module, "unpack", watched)
    return names


def damage(content: bytes, others: list[bytes], random: np.random.Generator) -> bytes:
    """One fault that changes the content."""
    at = int(random.integers(len(content)))
    kind = random.integers(5)
    if kind == 0:
        return content[:at] + bytes([content[at] ^ (1 << int(random.integers(8)))]) + content[at + 1 :]
    if kind == 1:
        return content[:at]
    if kind == 2:
        return content + random.bytes(int(random.integers(1, 100)))
    if kind == 3:
        return content[:at] + bytes(byte ^ 0xFF for byte in content[at : at + 16]) + content[at + 16 :]
    return others[int(random.integers(len(others)))]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("known", [True, False], ids=["id-known", "id-unknown"])
def test_every_random_fault_is_refused_unparsed(whole, copy, parsed, name, known):
    random = np.random.default_rng(FILES.index(name))
    content = (copy / name).read_bytes()
    others = [(copy / other).read_bytes() for other in FILES if other != name]
    for number in range(FAULTS):
        bad = damage(content, others, random)
        (copy / name).write_bytes(bad)
        with pytest.raises(BundleError) as caught:
            load_bundle(copy, whole[1] if known else None)
        assert "\n" not in str(caught.value), number
    assert parsed == []
    (copy / name).write_bytes(content)
    load_bundle(copy, whole[1])
    assert parsed == ["model.npz", "golden.npz"]


def test_two_files_swapped_are_refused(copy, parsed):
    for one in FILES:
        for two in FILES:
            if one < two:
                _swap(copy / one, copy / two)
                with pytest.raises(BundleError):
                    load_bundle(copy)
                _swap(copy / one, copy / two)
    assert parsed == []
    load_bundle(copy)


def _swap(one: Path, two: Path) -> None:
    aside = one.with_suffix(".aside")
    one.rename(aside)
    two.rename(one)
    aside.rename(two)


def test_a_manifest_edited_and_sealed_anew_is_found_by_the_id(whole, copy, parsed):
    import json

    manifest = json.loads((copy / "manifest.json").read_bytes())
    manifest.pop("checksum")
    (copy / "manifest.json").write_bytes(seal({**manifest, "threshold": 0.01}))
    assert load_bundle(copy).threshold == 0.01
    parsed.clear()
    with pytest.raises(BundleError, match=f"expected {whole[1][:12]}"):
        load_bundle(copy, whole[1])
    assert parsed == []


def test_another_bundle_in_its_place_is_found_by_the_id(whole, copy, logistic, tmp_path):
    logistic.write(tmp_path / "other")
    with pytest.raises(BundleError, match=f"expected {whole[1][:12]}"):
        load_bundle(tmp_path / "other", whole[1])
    shutil.copy(tmp_path / "other" / "manifest.json", copy / "manifest.json")
    with pytest.raises(BundleError):
        load_bundle(copy)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(copy, name):
    (copy / name).unlink()
    with pytest.raises(BundleError, match=name):
        load_bundle(copy)


@pytest.mark.parametrize("extra", ["model.pkl", ".hidden", "model.json", "sub/"])
def test_an_extra_file_is_refused(copy, parsed, extra):
    (copy / extra).mkdir() if extra.endswith("/") else (copy / extra).write_bytes(b"cos\nsystem\n(S'id'\ntR.")
    with pytest.raises(BundleError, match="which its manifest does not list"):
        load_bundle(copy)
    assert parsed == []


@pytest.mark.parametrize("name", FILES)
def test_links_pipes_folders_and_sparse_giants_are_refused_at_once(copy, parsed, tmp_path, name):
    content = (copy / name).read_bytes()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(content)

    def giant(path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(10 << 30)

    makers = (
        lambda path: path.symlink_to(elsewhere),
        lambda path: path.symlink_to(path),
        lambda path: path.symlink_to("/dev/zero"),
        os.mkfifo,
        Path.mkdir,
        giant,
    )
    for make in makers:
        (copy / name).unlink()
        make(copy / name)
        start = time.process_time()
        with pytest.raises(BundleError, match=name):
            load_bundle(copy)
        assert time.process_time() - start < 1.0
        (copy / name).rmdir() if (copy / name).is_dir() else (copy / name).unlink()
        (copy / name).write_bytes(content)
    assert parsed == []


def test_no_folder_and_a_file_for_a_folder(tmp_path):
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(BundleError, match="there is no such folder"):
            load_bundle(path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BundleError, match=r"manifest\.json cannot be read"):
        load_bundle(tmp_path / "empty")


def _reseal(folder: Path, name: str, content: bytes) -> None:
    """Put content into a bundle and make every hash hold again: a forger's work."""
    import json

    (folder / name).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest.pop("checksum")
    manifest["files"][name] = {"sha256": sha256(content), "size": len(content)}
    (folder / "manifest.json").write_bytes(seal(manifest))


@pytest.mark.parametrize("name", ["model.npz", "golden.npz"])
def test_forged_bytes_under_good_hashes_never_do_worse_than_an_error(copy, name):
    random = np.random.default_rng(11)
    content = (copy / name).read_bytes()
    refused = 0
    for _ in range(FAULTS):
        _reseal(copy, name, damage(content, [b"PK\x03\x04", content[::-1]], random) or b"x")
        try:
            bundle = load_bundle(copy)
        except BundleError as error:
            assert "\n" not in str(error)
            refused += 1
        else:
            assert np.isfinite(bundle.predict_proba(np.ones((1, 7)))).all()
    assert refused > FAULTS // 2


def _zip(compression: int, **members: bytes) -> bytes:
    import io

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return buffer.getvalue()


BOMB = b"\x80\x04\x95(\x00\x00\x00\x00\x00\x00\x00\x8c\x08builtins\x94\x8c\x04exec\x94\x93\x94."
HOSTILE = {
    "a pickle": BOMB,
    "a pickle in a zip": _zip(zipfile.ZIP_STORED, **{"scorer.weight.npy": BOMB}),
    "objects": _zip(
        zipfile.ZIP_STORED,
        **{
            "scorer.weight.npy": b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(
                127
            )
            + b"\n"
            + BOMB
        },
    ),
    "a zip bomb": _zip(zipfile.ZIP_DEFLATED, **{"scorer.weight.npy": bytes(20 << 20)}),
    "a slip": _zip(zipfile.ZIP_STORED, **{"../../canary.npy": b"x"}),
    "a giant shape": _zip(
        zipfile.ZIP_STORED,
        **{
            "scorer.weight.npy": b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,), }".ljust(
                127
            )
            + b"\n"
        },
    ),
    "a long header": _zip(zipfile.ZIP_STORED, **{"a.npy": b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 65535}),
    "an empty zip": _zip(zipfile.ZIP_STORED),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_arrays_under_good_hashes_are_refused(copy, tmp_path, what):
    _reseal(copy, "model.npz", HOSTILE[what])
    start = time.process_time()
    with pytest.raises(BundleError):
        load_bundle(copy)
    assert time.process_time() - start < 1.0
    assert not list(tmp_path.rglob("*canary*"))


@pytest.mark.parametrize("array", [np.array(["a"]), np.array([1j]), np.array(["2020-01-01"], dtype="M8[s]")])
def test_arrays_of_other_things_than_numbers_are_refused(tmp_path, array):
    np.savez(tmp_path / "x.npz", a=array)
    with pytest.raises(BundleError, match="expected plain numbers"):
        unpack((tmp_path / "x.npz").read_bytes(), "x.npz")


def test_compressed_arrays_are_refused_before_they_unfold(tmp_path):
    np.savez_compressed(tmp_path / "x.npz", a=np.zeros(1 << 20))
    with pytest.raises(BundleError, match="is not stored as a plain array"):
        unpack((tmp_path / "x.npz").read_bytes(), "x.npz")


def test_a_manifest_that_says_the_same_in_other_bytes_is_refused(copy):
    """One content, one text: else one model would go under many ids."""
    content = (copy / "manifest.json").read_bytes()
    for same in (
        content + b" ",
        content.replace(b"\n", b"\n "),
        content.replace(b'"format"', b'"\\u0066ormat"'),
    ):
        assert same != content
        (copy / "manifest.json").write_bytes(same)
        with pytest.raises(BundleError, match="was changed after it was written"):
            load_bundle(copy)


def test_arrays_come_back_as_they_were_and_cannot_be_written_to():
    arrays = {"a": np.arange(6.0).reshape(2, 3), "b": np.array(3), "c": np.array([], dtype=np.int32)}
    again = unpack(pack(arrays), "x")
    for name, array in arrays.items():
        np.testing.assert_array_equal(again[name], array)
        assert again[name].dtype == array.dtype
        assert again[name].shape == array.shape
    with pytest.raises(ValueError, match="read-only"):
        again["a"][0] = 1.0


def test_numpy_reads_what_we_pack(tmp_path):
    (tmp_path / "x.npz").write_bytes(pack({"a": np.arange(3)}))
    assert np.load(tmp_path / "x.npz", allow_pickle=False)["a"].tolist() == [0, 1, 2]


def test_more_arrays_than_any_model_has_are_refused():
    with pytest.raises(BundleError, match="expected at most"):
        unpack(pack({f"a{number}": np.zeros(1) for number in range(100)}), "x")
