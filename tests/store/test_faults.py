"""D10: a sync that fails ends the writer, and is never told as success; a new start has what was acknowledged."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from willbuy.store import Store

SHIM = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>
static int left(const char *name, int *count) {
    const char *limit = getenv(name);
    if (!limit) return 1;
    return ++*count <= atoi(limit);
}
static int syncs, writes;
int fdatasync(int file) {
    if (!left("SYNCS", &syncs)) { errno = EIO; return -1; }
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file);
}
int fsync(int file) {
    if (!left("SYNCS", &syncs)) { errno = EIO; return -1; }
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file);
}
ssize_t pwrite64(int file, const void *from, size_t size, off64_t at) {
    if (!left("WRITES", &writes)) { errno = EIO; return -1; }
    return ((ssize_t (*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64"))(file, from, size, at);
}
"""
SENDS = """
import json, os, sys
from pathlib import Path
from store.arrivals import arrival, store_them
from willbuy.errors import StoreDead, StoreError
from willbuy.store import Store
acknowledged, told, refused = 0, "", ""
try:
    store = Store(Path(sys.argv[1]), merge_at=30)
    for number in range(400):
        store_them(store, [arrival("ann", number, f"e{number}")])
        acknowledged += 1
except StoreDead as error:
    told = str(error)
alive = store.alive
try:
    store.submit([arrival("ann", 1, "x")], lambda result: None)
except StoreDead as error:
    refused = str(error)
print(json.dumps([acknowledged, told, alive, refused]))
os._exit(0)
"""


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that makes syncs or writes fail from a number on."""
    if shutil.which("cc") is None:
        pytest.skip("D10 makes the disk fail by a library in C, and there is no compiler here")
    folder = tmp_path_factory.mktemp("shim")
    (folder / "shim.c").write_text(SHIM)
    made = ["cc", "-shared", "-fPIC", "-o", str(folder / "shim.so"), str(folder / "shim.c"), "-ldl"]
    subprocess.run(made, check=True)
    return folder / "shim.so"


@pytest.mark.parametrize(
    "fault", [{"SYNCS": "60"}, {"SYNCS": "61"}, {"WRITES": "150"}, {"WRITES": "151"}], ids=str
)
def test_d10_a_fault_of_the_disk_ends_the_writer(tmp_path: Path, shim: Path, fault: dict[str, str]) -> None:
    done = subprocess.run([sys.executable, "-c", SENDS, str(tmp_path)], capture_output=True, check=False, text=True,
                          env={**os.environ, "PYTHONPATH": ":".join(sys.path), "LD_PRELOAD": str(shim), **fault})  # fmt: skip
    assert done.stdout, done.stderr
    acknowledged, told, alive, refused = json.loads(done.stdout)
    assert 5 < acknowledged < 400
    assert "the disk under the live store failed" in told
    assert not alive
    assert "Start again" in refused
    with Store(tmp_path) as again:
        ids = [stored.event.event_id for stored in again.events("ann")]
        assert ids[:acknowledged] == [f"e{n}" for n in range(acknowledged)]
        assert len(ids) <= acknowledged + 1
