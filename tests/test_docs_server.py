"""A page's examples may ask a service: one runs beside the page, at whatever port, under the address that the page shows."""

import shutil
from pathlib import Path

import pytest

from made_up_models import make_run
from scripts.docs_examples import render

PAGE = """
<!-- serve: --run 0001 -->
```console
$ curl -s http://127.0.0.1:8000/livez; echo " of http://127.0.0.1:8000"
{"status":"ok"} of http://127.0.0.1:8000
```
"""
JS = """```js
const answer = await fetch("http://127.0.0.1:8000/livez");
if (!answer.ok) throw new Error(answer.status);
```
"""
PYTHON = """```python
import willbuy
from willbuy.errors import UnknownId
try:
    willbuy.Client("http://127.0.0.1:8000").visitor("nobody")
except UnknownId:
    pass
```
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A shop with a made-up model."""
    (tmp_path / "shop.toml").write_text('[table]\nfiles = ["rows.csv"]\ntarget = "bought"\n')
    make_run(tmp_path / ".willbuy")
    return tmp_path


def test_examples_ask_the_service(folder: Path) -> None:
    page = PAGE + JS + PYTHON
    assert render(page, folder) == page


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_a_js_block_that_fails_is_told(folder: Path) -> None:
    with pytest.raises(RuntimeError, match="Error: 404"):
        render(PAGE + JS.replace("livez", "nothing"), folder)


def test_a_service_that_does_not_start_is_told(folder: Path) -> None:
    with pytest.raises(RuntimeError, match="did not start"):
        render("<!-- serve: --run 0007 -->", folder)
