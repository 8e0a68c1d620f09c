"""Where runs go: beside the shop file, into a named file, to a server."""

import pytest

from tracking.conftest import shop_at
from willbuy.tracking.place import place_of


def test_true_is_a_file_below_the_home(tmp_path):
    place = place_of(shop_at(tmp_path, mlflow=True))
    assert place.file == tmp_path / ".willbuy" / "mlflow" / "mlflow.db"
    assert place.artifacts == place.file.with_name("artifacts")
    assert place.uri == f"sqlite:///{place.file}"


def test_a_relative_file_lies_beside_the_shop_file(tmp_path):
    assert (
        place_of(shop_at(tmp_path, mlflow="sqlite:///../all.db")).file.resolve() == tmp_path.parent / "all.db"
    )


def test_an_absolute_file_is_taken_as_it_is(tmp_path):
    file = tmp_path / "a b" / "x.db"
    assert place_of(shop_at(tmp_path / "shop", mlflow=f"sqlite:///{file}")).file == file


def test_a_server_keeps_its_own_artifacts(tmp_path):
    place = place_of(shop_at(tmp_path, mlflow="https://mlflow.example/", experiment="Gifts: EU/1"))
    assert (place.uri, place.file, place.artifacts) == ("https://mlflow.example", None, None)
    assert place.name == "Gifts- EU-1"


@pytest.mark.parametrize("name", ["", "a", "::", "../..", "a" * 300])
def test_a_name_is_never_empty(tmp_path, name):
    from willbuy.tracking.place import registry_name

    assert 1 <= len(registry_name(name)) <= 200
