"""A page's examples may ask a service: one runs beside the page, at whatever port, under the address that the page shows."""

import shutil
from pathlib import Path

import pytest

from scripts.docs_examples import render

SHOP = """<!-- run: printf '[table]\\nfiles = ["rows.csv"]\\ntarget = "bought"\\n' > shop.toml -->\n"""
PAGE = f"""
{SHOP}<!-- serve: -->
```console
$ curl -s http://127.0.0.1:8000/livez; echo " of http://127.0.0.1:8000"
{{"status":"ok"}} of http://127.0.0.1:8000
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


def test_examples_ask_the_service(tmp_path: Path) -> None:
    page = PAGE + JS + PYTHON
    assert render(page, tmp_path) == page


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_a_js_block_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="Error: 404"):
        render(PAGE + JS.replace("livez", "nothing"), tmp_path)


def test_a_service_that_does_not_start_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="did not start"):
        render(SHOP + "<!-- serve: --port 99999 -->", tmp_path)
