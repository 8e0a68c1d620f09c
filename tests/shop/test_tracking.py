"""`[tracking]`: places that can be tracked at, the short form, and that no secret is printed."""

from pathlib import Path

import pytest

from willbuy.errors import ShopError
from willbuy.shop import load_shop

REST = '[source]\nfiles = ["events.csv"]\n[target]\nwithin = "7d"\n'


def loaded(path: Path, text: str):
    path.write_text(text, encoding="utf-8")
    return load_shop(path)


@pytest.mark.parametrize(
    "place",
    ["true", "false", '"sqlite:///mlflow.db"', '"http://127.0.0.1:5000"', '"https://mlflow.example/a"'],
)
def test_the_section_and_the_short_form_say_the_same(tmp_path, place):
    section = loaded(tmp_path / "shop.toml", f"[tracking]\nmlflow = {place}\n{REST}")
    short = loaded(tmp_path / "shop.toml", f"tracking = {place}\n{REST}")
    assert section == short
    assert section.tracking.mlflow == (place == "true" if place in ("true", "false") else place.strip('"'))


def test_nothing_is_tracked_unless_asked_for(tmp_path):
    assert loaded(tmp_path / "shop.toml", REST).tracking.mlflow is False


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("postgresql://db/mlflow", 'expected "postgres": it stands for the server'),
        ("ftp://somewhere", 'expected true, "postgres", the address of a server'),
        ("sqlite:///", "expected the path of a file"),
        ("http://", "expected the address of a server"),
        ("yes", 'expected true, "postgres", the address of a server'),
    ],
)
def test_what_is_no_place_is_refused(tmp_path, place, words):
    with pytest.raises(ShopError, match=r"tracking(\.mlflow)? = ") as refused:
        loaded(tmp_path / "shop.toml", f'tracking = "{place}"\n{REST}')
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "place",
    [
        "https://ann:hunter2@mlflow.example",
        "https://hunter2@mlflow.example/a",
        "https://ann:hun/hunter2@mlflow.example",
        "https://mlflow.example/?token=hunter2",
        "https://mlflow.example/#hunter2",
        "postgresql://ann:hunter2@db/mlflow",
    ],
)
@pytest.mark.parametrize("short", [True, False])
def test_a_secret_in_the_address_is_refused_and_not_repeated(tmp_path, place, short):
    text = f'tracking = "{place}"\n{REST}' if short else f'[tracking]\nmlflow = "{place}"\n{REST}'
    with pytest.raises(ShopError) as refused:
        loaded(tmp_path / "shop.toml", text)
    assert "hunter2" not in str(refused.value)
