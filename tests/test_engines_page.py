"""docs/engines.md is made by trying everything; here only that nothing is left out of it."""

from scripts.engines import unnamed


def test_every_command_and_every_class_of_features_is_tried() -> None:
    assert unnamed() == []
